"""What a path says about its delivery."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from include.contracts import load_contracts
from include.ingest import deliveries, manifest
from include.ingest.manifest import Manifest
from include.settings import REPO

UNDATED = date(2024, 4, 10)
CONTRACTS = load_contracts([REPO / "include" / "contracts"])


def describe(name: str, source: str = "generic", claims: Manifest = Manifest()) -> deliveries.Delivery:
    landing = Path("/landing")
    return deliveries.describe(landing, landing / source / name, CONTRACTS[source], "ab" * 32, claims, UNDATED)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("orders_20240401.csv", date(2024, 4, 1)),
        ("orders_2024-04-01.csv", date(2024, 4, 1)),
        ("orders_full_20240401120000_1of2.csv", date(2024, 4, 1)),
        ("orders/business_date=2024-03-31/orders_20240401.csv", date(2024, 3, 31)),
        ("orders.csv", UNDATED),
        ("orders_20241399.csv", UNDATED),
        ("orders_1234567890.csv", UNDATED),
    ],
)
def test_the_business_date_is_the_folders_then_the_names_then_the_runs(name: str, day: date):
    delivery = describe(name)
    assert (delivery.business_date, delivery.is_dated) == (day, day != UNDATED)


def test_a_manifest_comes_before_folder_and_name():
    claims = Manifest(business_date=date(2024, 1, 1), mode="full")
    delivery = describe("orders/business_date=2024-03-31/orders_20240401.csv", claims=claims)
    assert (delivery.business_date, delivery.mode) == (date(2024, 1, 1), "full")


@pytest.mark.parametrize(("name", "mode"), [("orders_full_20240401.csv", "full"), ("orders_20240401.csv", "delta")])
def test_the_mode_is_the_names_then_the_contracts(name: str, mode: str):
    assert describe(name).mode == mode


def test_the_entity_folder_chooses_the_feed_of_generic():
    assert describe("consents/business_date=2024-04-01/export.csv").entities == "consents"
    assert describe("export.csv").entities == ""


def test_the_same_file_has_the_same_id_wherever_it_is_loaded():
    assert describe("orders_20240401.csv").delivery_id == describe("orders_20240401.csv").delivery_id
    others = ["orders_20240402.csv", "orders_full_20240401.csv", "orders_b_20240401.csv"]
    assert len({describe(name).delivery_id for name in ["orders_20240401.csv", *others]}) == 4


def test_hidden_partial_and_companion_files_are_no_deliveries(tmp_path: Path):
    for name in (".DS_Store", "~$orders.csv", "a.csv.tmp", "a.csv.filepart", "a.csv.done", "manifest.json", "a.csv"):
        path = tmp_path / "generic" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [path.name for path in deliveries.data_files(tmp_path)["generic"]] == ["a.csv"]


def test_a_decomposed_name_is_the_same_name():
    from unicodedata import normalize

    from include.contracts import matches

    assert matches(normalize("NFD", "データ_20240401.csv"), ("データ*.csv",))


@pytest.mark.parametrize("name", ["manifest.json", "manifest.csv"])
def test_a_folder_manifest_announces_the_files_it_lists(tmp_path: Path, name: str):
    listed, other = tmp_path / "a.csv", tmp_path / "b.csv"
    listed.touch()
    other.touch()
    text = '{"files": [{"file": "a.csv", "rows": 3}]}' if name.endswith("json") else "file,rows\na.csv,3\n"
    (tmp_path / name).write_text(text)
    assert manifest.is_announced(listed) and not manifest.is_announced(other)
    assert (manifest.read(listed).rows, manifest.read(other).rows) == (3, None)
