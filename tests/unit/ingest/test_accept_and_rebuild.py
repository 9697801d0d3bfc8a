"""A lawfully smaller delivery is let in by a person's word; the archive alone makes the same warehouse again."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest

from include import ingest, warehouse
from include.errors import GateStop
from include.files import sha256
from include.ingest import storage
from tests.unit.ingest.conftest import AS_OF, HEADER, House, orders_csv

SHRUNK = "受注_20240402.csv"


@pytest.fixture
def shrunk(house: House, real_gate) -> tuple[House, str]:
    """A full of ten orders, then one of three, which the gate refuses."""
    house.put("shop", "受注_20240401.csv", orders_csv([1] * 1).rstrip("\n") + "\n" + same_day(range(2, 11)))
    assert not house.load().is_red
    house.put("shop", SHRUNK, HEADER + "\n" + same_day(range(1, 4)))
    result = house.load()
    assert result.is_red and "10 行から 3 行へ" in result.messages[0]
    [(delivery_id,)] = house.rows("select delivery_id from ops.file_ledger where state = 'rejected'")
    assert f"ingest --accept {delivery_id}" in result.messages[0]
    return house, delivery_id


def same_day(ids) -> str:
    return "".join(f"{i},17,2024-04-01 10:00:00,5,商品{i},100,{i}\n" for i in ids)


def test_an_accepted_delivery_comes_in_and_the_word_is_on_record(shrunk):
    house, delivery_id = shrunk
    assert ingest.accept(house.settings, delivery_id, "閉店 2 店の分が減った", "山本") == "shop"
    result = house.load()
    assert not result.is_red
    assert "山本 の受け入れ (理由: 閉店 2 店の分が減った)" in result.messages[0]
    assert house.rows("select count(*) from raw.orders where delivery_id = '" + delivery_id + "'") == [(3,)]
    [(state, message)] = house.rows(f"select state, message from ops.file_ledger where delivery_id = '{delivery_id}'")
    assert state == "loaded" and "山本" in message and "10 行から 3 行へ" in message
    assert house.rows("select delivery_id, accepted_by from ops.acceptance") == [(delivery_id, "山本")]
    assert (house.landing(), house.kept()) == ([], [])
    assert house.rows("select count(*) from ops.rejected_row") == [(0,)]


def test_after_an_accepted_smaller_full_the_next_is_measured_against_it(shrunk):
    house, delivery_id = shrunk
    ingest.accept(house.settings, delivery_id, "閉店", "山本")
    house.load()
    house.put("shop", "受注_20240403.csv", HEADER + "\n" + same_day(range(1, 5)))
    assert not house.load().is_red


def test_a_word_for_one_content_does_not_let_another_in(shrunk):
    house, delivery_id = shrunk
    ingest.accept(house.settings, delivery_id, "閉店", "山本")
    house.put("shop", SHRUNK, HEADER + "\n" + same_day(range(1, 3)))
    assert house.load().is_red


@pytest.mark.parametrize(("reason", "by"), [("", "山本"), ("閉店", " ")])
def test_nobody_is_let_in_without_reason_and_name(shrunk, reason: str, by: str):
    house, delivery_id = shrunk
    with pytest.raises(GateStop, match="--reason"):
        ingest.accept(house.settings, delivery_id, reason, by)


def test_only_what_the_gate_refused_can_be_accepted(house: House):
    house.put("shop", "受注_20240401.csv", "見出し違い\n1\n")
    house.put("shop", "受注_20240402.csv", orders_csv([1]))
    house.load()
    for delivery_id, state in house.rows("select delivery_id, state from ops.file_ledger"):
        with pytest.raises(GateStop, match="検査で止まった納品ではない"):
            ingest.accept(house.settings, delivery_id, "よい", "山本")
    with pytest.raises(GateStop, match="記録にありません"):
        ingest.accept(house.settings, "0" * 16, "よい", "山本")


# -- rebuild -----------------------------------------------------------------------------------------

BOOKS = (
    "select * exclude (run_id, committed_at) from ops.file_ledger order by delivery_id",
    "select * from ops.rejected_row order by all",
    "select * from raw.orders order by all",
    "select * from raw.order_lines order by all",
)


def lived(house: House) -> House:
    """Corrections, a repeat, a refused file, a bad row, an undated file of an earlier run."""
    house.put("shop", "受注.csv", orders_csv([3]))
    house.load(as_of=date(2024, 4, 5))
    house.put("shop", "受注_20240402.csv", orders_csv([1, 2]))
    house.load()
    house.put("shop", "受注_20240402.csv", orders_csv([1, 2]).replace(",5,", ",3,", 1))
    house.put("shop", "受注_20240401.csv", orders_csv([1]) + "2,17,昨日,5,a,1,1\n")
    house.put("shop", "受注_20240403.csv", "見出し違い\n1\n")
    house.load()
    return house


def books(house: House) -> list:
    return [house.rows(sql) for sql in BOOKS]


def test_the_archive_alone_makes_the_same_warehouse(house: House):
    before = books(lived(house))
    shutil.rmtree(house.settings.warehouse.parent)
    results = ingest.rebuild(house.settings, date(2025, 1, 1), "again")
    assert [result.source for result in results] == ["shop"]
    assert books(house)[2:] == before[2:]
    loaded = [row for row in before[0] if "loaded" in row]
    assert books(house)[0] == loaded


def test_a_rebuild_over_a_warehouse_keeps_its_refusals_and_pages(house: House):
    before = books(lived(house))
    pages = {path.name: path.read_bytes() for path in (house.settings.rejected / "shop").glob("*.csv")}
    ingest.rebuild(house.settings, date(2025, 1, 1), "again")
    assert books(house) == before
    assert {path.name: path.read_bytes() for path in (house.settings.rejected / "shop").glob("*.csv")} == pages
    assert sorted(path.name for path in house.settings.warehouse.parent.iterdir()) == ["warehouse.duckdb", "writer.lock"]


def test_what_is_in_after_a_rebuild_is_a_no_op_when_delivered_again(house: House):
    lived(house)
    shutil.rmtree(house.settings.warehouse.parent)
    ingest.rebuild(house.settings, AS_OF, "again")
    before = books(house)
    house.put("shop", "受注(1).csv", orders_csv([3]))
    assert "取り込み済み" in house.load(as_of=date(2024, 5, 1)).messages[0]
    assert books(house) == before


def test_a_rebuild_that_cannot_be_whole_leaves_the_old_warehouse(house: House):
    before = books(lived(house))
    next(house.settings.archive.rglob("*.csv")).unlink()
    with pytest.raises(GateStop, match="保管庫に shop/"):
        ingest.rebuild(house.settings, AS_OF, "again")
    assert books(house) == before


def erase(house: House, name: str, old: str, new: str) -> str:
    """What a lawful erasure does: other bytes in the archive, slip and ledger know both sums."""
    [(delivery_id, sha)] = house.rows(
        f"select delivery_id, delivered_sha256 from ops.file_ledger where file_name = '{name}' and state = 'loaded'"
    )
    path = storage.archive_path(house.settings, sha, ".csv")
    data = path.read_text().replace(old, new).encode()
    target = storage.archive_path(house.settings, sha256(data), ".csv")
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)
    path.unlink()
    slip = storage.slip_path(house.settings, "shop", delivery_id)
    slip.write_text(json.dumps({**json.loads(slip.read_text()), "stored_sha256": sha256(data)}))
    with warehouse.writer(house.settings) as connection:
        connection.execute("update ops.file_ledger set stored_sha256 = ? where delivery_id = ?", [sha256(data), delivery_id])
    return delivery_id


def test_an_erasure_in_the_archive_does_not_make_a_redelivery_look_new(house: House):
    house.put("shop", "受注_20240401.csv", orders_csv([1]))
    house.load()
    delivery_id = erase(house, "受注_20240401.csv", ",17,", ",,")
    house.put("shop", "受注_20240401.csv", orders_csv([1]))
    assert "取り込み済み" in house.load().messages[0]

    shutil.rmtree(house.settings.warehouse.parent)
    ingest.rebuild(house.settings, AS_OF, "again")
    assert house.rows("select delivery_id, party_id from raw.orders") == [(delivery_id, None)]
    house.put("shop", "受注_20240401.csv", orders_csv([1]))
    assert "取り込み済み" in house.load().messages[0]
    assert house.rows("select party_id from raw.orders") == [(None,)]


# -- versions of the warehouse -----------------------------------------------------------------------


def test_a_warehouse_of_an_earlier_version_is_led_to_this_one(house: House):
    house.put("shop", "受注_20240401.csv", orders_csv([1]))
    house.load()
    with warehouse.writer(house.settings) as connection:
        connection.execute("alter table ops.file_ledger drop column absent_fulls")
        connection.execute("update ops.schema_version set version = 1")
    house.put("shop", "受注_20240402.csv", orders_csv([2]))
    assert not house.load().is_red
    assert house.rows("select version from ops.schema_version") == [(warehouse.SCHEMA_VERSION,)]
    assert house.rows("select rows_loaded, absent_fulls from ops.file_ledger order by business_date") == [(1, None), (1, 2)]


def test_a_warehouse_of_a_later_version_is_left_alone(house: House):
    with warehouse.writer(house.settings) as connection:
        connection.execute("update ops.schema_version set version = version + 1")
    with pytest.raises(GateStop, match="--rebuild"):
        house.load()
