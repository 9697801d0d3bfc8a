"""A source that delivers nothing is seen: said at ingest, recorded, on a page; it stops nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from include import stages, status, warehouse
from include.quality import freshness
from tests.conftest import settings_for
from tests.unit.ingest.conftest import SHOP

RESULTS = "select subject, is_success, message_ja from ops.gate_result where gate = 'freshness' order by 1"


@pytest.fixture
def house(tmp_path: Path):
    """Source shop (orders, 3 days) delivered on 1 April, notes (products, 3 days) too, calls (no limit) never."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    shop = SHOP.replace("mode: full", "mode: full\nfreshness_days: 3")
    notes = shop[: shop.index("feeds:")].replace("source: shop", "source: notes").replace("duplicate_headers: [送料]\n", "")
    notes += "feeds:\n  - entity: products\n    columns:\n      product_id: 商品\n"
    (folder / "shop.v1.yml").write_text(shop, encoding="utf-8")
    (folder / "notes.v1.yml").write_text(notes, encoding="utf-8")
    settings = settings_for(tmp_path / "data", CONTRACTS_DIR=str(folder))
    deliver(settings, "shop", date(2024, 4, 1))
    deliver(settings, "notes", date(2024, 4, 1))
    return settings


def deliver(settings, source: str, day: date, state: str = "loaded") -> None:
    with warehouse.writer(settings) as connection:
        connection.execute(
            "insert into ops.file_ledger (delivery_id, source, business_date, state) values (?, ?, ?, ?)",
            [f"{source}{day}{state}", source, day, state],
        )


def ask(settings, sql: str) -> list[tuple]:
    with warehouse.reader(settings) as connection:
        return connection.execute(sql).fetchall()


def test_a_source_as_old_as_its_contract_allows_is_fresh_and_a_day_older_is_not(house):
    assert freshness.check_sources(house, date(2024, 4, 4), "run") == []
    assert freshness.check_sources(house, date(2024, 4, 5), "run") == [
        "警告: 取込元 notes が届いていません: 最新は 2024-04-01 (4 日前)、許容は 3 日です。送り元 (ec-team) に確かめてください。",
        "警告: リストに必要な取込元 shop が届いていません: 最新は 2024-04-01 (4 日前)、許容は 3 日です。送り元 (ec-team) に確かめてください。",
    ]


def test_the_verdict_on_every_source_is_recorded_and_on_a_page(house):
    deliver(house, "shop", date(2024, 4, 9))
    freshness.check_sources(house, date(2024, 4, 10), "run")
    assert ask(house, RESULTS) == [
        ("notes", False, "警告: 取込元 notes の最新の納品が基準日から 3 日以内"),
        ("shop", True, "警告: 取込元 shop の最新の納品が基準日から 3 日以内"),
    ]
    page = (house.data_docs / "2024-04-10" / "freshness_sources.html").read_text()
    assert "鮮度の検査" in page and "最新は 2024-04-01 (9 日前)" in page and "警告 1 件" in page


def test_a_refused_file_makes_nobody_fresh(house):
    deliver(house, "shop", date(2024, 4, 10), "rejected")
    assert len(freshness.check_sources(house, date(2024, 4, 10), "run")) == 2


def test_a_replay_of_an_earlier_day_does_not_know_later_files(house):
    deliver(house, "shop", date(2024, 5, 1))
    assert len(freshness.check_sources(house, date(2024, 4, 20), "run")) == 2


def test_a_source_that_nobody_uses_is_not_missed(house):
    assert {subject for subject, *_ in _results(house)} == {"notes", "shop"}


def _results(house) -> list[tuple]:
    freshness.check_sources(house, date(2024, 4, 4), "run")
    return ask(house, RESULTS)


def test_the_run_says_it_and_goes_on(house, capsys):
    stages.check_fresh(house, date(2024, 4, 20), "run")
    assert "リストに必要な取込元 shop が届いていません" in capsys.readouterr().out


def test_status_tells_stale_sources_and_rows_that_wait_to_be_corrected(house):
    with warehouse.writer(house) as connection:
        connection.execute("insert into ops.rejected_row (delivery_id, source, source_row, state) values ('shop2024-04-01loaded', 'shop', 3, 'open')")
        connection.execute("insert into ops.rejected_row (delivery_id, source, source_row, state) values ('shop2024-04-01loaded', 'shop', 4, 'corrected')")
    lines = status.render(house, date(2024, 4, 20)).split("\n")
    [shop] = [line for line in lines if line.strip().startswith("shop ")]
    [notes] = [line for line in lines if line.strip().startswith("notes ")]
    assert shop.endswith("古い (リストに必要)  直していない行 1") and notes.endswith("古い")
