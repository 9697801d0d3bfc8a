"""Packages and sets: gz, zip, several files of one delivery, manifests. What counts is the content."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import date

import pytest

from include.files import sha256
from tests.unit.ingest.conftest import House, orders_csv

NAME = "受注_20240401.csv"


def zipped(files: dict[str, str], level: int = 6) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def windows_zip(name: str, text: str) -> bytes:
    """A zip whose names are CP932 without the UTF-8 flag, as Windows writes them."""
    stand_in = "x" * len(name.encode("cp932"))
    return zipped({stand_in: text}).replace(stand_in.encode(), name.encode("cp932"))


def orders(house: House) -> list[str]:
    return [key for (key,) in house.rows("select order_id from raw.orders order by 1")]


def test_gz_and_zip_load_like_the_plain_file(house: House):
    house.put("shop", NAME, orders_csv([1]))
    house.put("shop", "受注_20240402.csv.gz", gzip.compress(orders_csv([2]).encode()))
    house.put("shop", "受注_20240403.csv.zip", zipped({"受注_20240403.csv": orders_csv([3])}))
    house.put("shop", "受注_20240404.csv.zip", zipped({"export.csv": orders_csv([4])}))
    assert not house.load().is_red
    assert orders(house) == ["1", "2", "3", "4"]
    found = house.rows("select file_name, business_date from ops.file_ledger order by 2")
    assert found == [(f"受注_2024040{day}.csv", date(2024, 4, day)) for day in range(1, 5)]
    assert house.landing() == []
    assert not list(house.settings.work.rglob("*"))


def test_a_rezipped_file_is_a_no_op_that_says_so(house: House):
    house.put("shop", "受注_20240401.zip", zipped({NAME: orders_csv([1])}, level=1))
    house.load()
    before = house.table("orders")
    for name, data in (
        ("受注_20240401.zip", zipped({NAME: orders_csv([1])}, level=9)),
        (f"{NAME}.gz", gzip.compress(orders_csv([1]).encode(), mtime=0)),
        (NAME, orders_csv([1]).encode()),
    ):
        house.put("shop", name, data)
        result = house.load()
        assert result.messages == [f"shop: 取り込み済みの内容なので何もしていません: {NAME}"]
    assert (house.table("orders"), house.landing()) == (before, [])


def test_every_file_of_a_zip_is_a_delivery_and_a_bad_one_does_not_hold_the_others(house: House):
    files = {NAME: orders_csv([1]), "sub/受注_20240402.csv": "見出し違い\n1\n", "__MACOSX/._受注.csv": "x", "sub/": ""}
    house.put("shop", "export.zip", zipped(files))
    result = house.load()
    assert result.is_red
    assert (orders(house), house.kept(), house.landing()) == (["1"], ["受注_20240402.csv"], [])


def test_a_zip_made_on_windows_has_japanese_names(house: House):
    house.put("shop", "export.zip", windows_zip("受注_20240401.csv", orders_csv([1])))
    assert not house.load().is_red
    assert house.rows("select file_name from ops.file_ledger") == [(NAME,)]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("受注_20240401.zip", zipped({NAME: orders_csv([1])})[:-30], "壊れています"),
        (f"{NAME}.gz", gzip.compress(orders_csv([1]).encode(), mtime=0)[:-12], "壊れています"),
        (f"{NAME}.gz", b"no gzip", "壊れています"),
        ("受注_20240401.zip", zipped({}), "中にファイルがありません"),
        ("受注_20240401.zip", zipped({NAME: "x"}).replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"), "パスワード"),
    ],
)
def test_a_torn_empty_or_locked_package_is_refused_and_kept(house: House, name: str, data: bytes, says: str):
    house.put("shop", name, data)
    result = house.load()
    assert result.is_red and says in result.messages[0]
    assert (orders(house), house.kept(), house.landing()) == ([], [name], [])


def test_a_delivery_in_several_files_waits_for_all_of_them(house: House):
    for piece in (1, 3):
        house.put("shop", f"受注_20240405_{piece}of3.csv", orders_csv([piece]))
    house.put("shop", "受注_20240409.csv", orders_csv([9]))
    result = house.load()
    assert not result.is_red
    assert "3 個のうち 2 個しか届いていません" in result.messages[0]
    assert (orders(house), len(house.landing())) == (["9"], 2)
    house.put("shop", "受注_20240405_2of3.csv", orders_csv([2]))
    house.load()
    assert (orders(house), house.landing()) == (["1", "2", "3", "9"], [])


def test_one_file_of_a_whole_set_may_be_delivered_anew(house: House):
    for piece in (1, 2):
        house.put("shop", f"受注_20240405_{piece}of2.csv", orders_csv([piece]))
    house.load()
    house.put("shop", "受注_20240405_2of2.csv", orders_csv([2]).replace(",5,", ",3,"))
    house.load()
    assert house.rows("select status from raw.orders where order_id = '2' order by delivery_sequence") == [
        ("shipped",), ("cancelled",),
    ]  # fmt: skip


def claim(house: House, package: str, **claims) -> None:
    house.put("shop", "manifest.json", json.dumps({"files": [{"file": package, **claims}]}))


@pytest.mark.parametrize("what", ["content", "package"])
def test_a_manifest_may_sum_the_content_or_the_package(house: House, what: str):
    package = gzip.compress(orders_csv([1, 2]).encode())
    house.put("shop", f"{NAME}.gz", package)
    claim(house, f"{NAME}.gz", rows=2, sha256=sha256(package if what == "package" else orders_csv([1, 2]).encode()))
    assert not house.load().is_red
    assert orders(house) == ["1", "2"]


@pytest.mark.parametrize(("rows", "is_red"), [(3, False), (4, True)])
def test_a_manifest_counts_the_rows_of_a_package_together(house: House, rows: int, is_red: bool):
    house.put("shop", "export.zip", zipped({NAME: orders_csv([1, 2]), "受注_20240402.csv": orders_csv([3])}))
    claim(house, "export.zip", rows=rows)
    assert house.load().is_red is is_red
    assert len(orders(house)) == (0 if is_red else 3)


def test_a_wrong_sum_refuses_the_file(house: House):
    house.put("shop", f"{NAME}.gz", gzip.compress(orders_csv([1]).encode()))
    claim(house, f"{NAME}.gz", sha256="0" * 64)
    assert "sha256 と違います" in house.load().messages[0]
    assert orders(house) == []
