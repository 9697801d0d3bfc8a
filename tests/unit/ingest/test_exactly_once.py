"""Exactly once: order, repetition, two runs and a kill anywhere lead to the same rows."""

from __future__ import annotations

import os
import random
from datetime import date

import pytest

from include import ingest
from include.ingest import arrivals, commit, rejected, run, storage
from tests.unit.ingest.conftest import HEADER, House, build_house, open_the_gate, orders_csv

DAYS = range(1, 8)
ENTITIES = ("orders", "order_lines")


def deliver(house: House, days, name: str = "受注_202404{:02d}.csv") -> None:
    for day in days:
        house.put("shop", name.format(day), orders_csv([day]))


def tables(house: House) -> list:
    return [house.table(entity) for entity in ENTITIES]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> list:
    """The tables after one run over all days, in a house of its own."""
    other = build_house(tmp_path_factory.mktemp("undisturbed"))
    deliver(other, DAYS)
    with pytest.MonkeyPatch.context() as patch:
        open_the_gate(patch)
        assert other.load().rows_loaded == len(DAYS)
    return tables(other)


def test_two_runs_out_of_order_with_repeats_equal_one_run(house: House, undisturbed: list):
    shuffled = list(DAYS)
    random.Random(1).shuffle(shuffled)
    deliver(house, shuffled[:4])
    house.load()
    deliver(house, shuffled[2:])
    deliver(house, shuffled[:2], "受注_202404{:02d}(1).csv")
    house.load()
    assert tables(house) == undisturbed


def test_known_content_is_a_no_op_that_says_so(house: House):
    deliver(house, [1])
    house.load()
    before = tables(house)
    deliver(house, [1])
    result = house.load()
    assert result.messages == ["shop: 取り込み済みの内容なので何もしていません: 受注_20240401.csv"]
    assert (result.rows_in, result.is_red, house.landing()) == (0, False, [])
    assert tables(house) == before
    assert house.rows("select count(*) from ops.file_ledger") == [(1,)]


def test_the_same_content_twice_in_one_run_is_one_delivery(house: House):
    house.put("shop", "受注_20240401.csv", orders_csv([1]))
    house.put("shop", "受注_20240401 (1).csv", orders_csv([1]))
    assert house.load().rows_loaded == 1
    assert house.landing() == []


def test_the_same_content_under_a_new_date_is_a_delivery_of_that_date(house: House):
    house.put("shop", "受注_20240401.csv", orders_csv([1]))
    house.load()
    house.put("shop", "受注_20240402.csv", orders_csv([1]))
    house.load()
    found = house.rows("select business_date, state from ops.file_ledger order by 1")
    assert found == [(date(2024, 4, 1), "loaded"), (date(2024, 4, 2), "loaded")]
    assert house.rows("select count(distinct record_hash) from raw.orders") == [(1,)]


def test_an_undated_file_is_the_delivery_of_the_day_it_first_came(house: House):
    house.put("shop", "受注.csv", orders_csv([1]))
    house.load(as_of=date(2024, 4, 10))
    house.put("shop", "受注(最新).csv", orders_csv([1]))
    result = house.load(as_of=date(2024, 4, 20))
    assert "取り込み済み" in result.messages[0]
    assert house.rows("select business_date from ops.file_ledger") == [(date(2024, 4, 10),)]


def test_a_correction_of_a_delivery_comes_after_it(house: House):
    house.put("shop", "受注_20240401.csv", orders_csv([1]))
    house.load()
    house.put("shop", "受注_20240401.csv", orders_csv([1]).replace(",5,", ",3,"))
    house.load()
    found = house.rows("select status, delivery_sequence from raw.orders order by delivery_sequence")
    assert found == [("shipped", 0), ("cancelled", 1)]


def test_parts_and_stamps_of_one_day_keep_their_order(house: House):
    names = ["shop_orders_20240401120000_2of2.csv", "shop_orders_20240401120000_1of2.csv", "shop_orders_20240401090000.csv"]
    path = house.settings.contracts_dirs[1] / "shop.v1.yml"
    path.write_text(path.read_text().replace('"受注*.csv"', '"shop_*.csv"'))
    for number, name in enumerate(names, start=1):
        house.put("shop", name, orders_csv([1]).replace("\n1,", f"\n{number},"))
    house.load()
    found = house.rows("select order_id from raw.orders order by delivery_sequence")
    assert found == [("3",), ("2",), ("1",)]


STEPS = {
    "while reading": (run.read, "read"),
    "before the archive": (storage, "archive"),
    "between archive and commit": (commit, "commit"),
    "inside the transaction": (commit.ledger, "record"),
    "between commit and pages": (rejected, "regenerate"),
    "while clearing landing": (storage, "remove"),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [0, 2])
def test_a_kill_at_any_step_and_a_rerun_equal_an_undisturbed_run(house: House, undisturbed, monkeypatch, step, after):
    deliver(house, DAYS)
    module, name = STEPS[step]
    real, calls = getattr(module, name), []

    def dies(*arguments):
        calls.append(arguments)
        if len(calls) > after:
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, dies)
        try:
            house.load()
        except KeyboardInterrupt:
            pass
    assert calls
    house.load(run_id="again")
    assert tables(house) == undisturbed
    assert house.landing() == []
    assert house.rows("select count(*), count(distinct delivery_id) from ops.file_ledger") == [(7, 7)]


def test_a_kill_after_the_commit_still_leaves_the_page_of_refusals(house: House, monkeypatch):
    house.put("shop", "受注_20240401.csv", f"{HEADER}\n1,1,2024-04-01,5,a,1,1\n2,1,昨日,5,a,1,1\n")
    with monkeypatch.context() as patch:
        patch.setattr(rejected, "regenerate", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            house.load()
    page = house.settings.rejected / "shop" / "2024-04-01.csv"
    assert not page.exists()
    house.load()
    assert "受注_20240401.csv,3,受注日,昨日,N10" in page.read_text("utf-8-sig")
    before = page.read_bytes()
    rejected.regenerate(house.settings, "shop", [date(2024, 4, 1)])
    assert page.read_bytes() == before


def test_every_accepted_file_is_in_the_archive_by_its_content(house: House):
    path = house.put("shop", "受注_20240401.csv", orders_csv([1]))
    data = path.read_bytes()
    house.load()
    [(sha256,)] = house.rows("select delivered_sha256 from ops.file_ledger")
    assert storage.archive_path(house.settings, sha256, ".csv").read_bytes() == data


def test_a_delivery_that_the_gate_refuses_is_set_aside_and_the_others_commit(house: House, monkeypatch):
    from include.quality import batch

    deliver(house, [1, 2])

    def gate(settings, contract, scratch, as_of, run_id):
        from include import warehouse

        with warehouse.reader(settings, scratch) as connection:
            [(bad,)] = connection.execute("select delivery_id from orders where order_id = '1'").fetchall()
        return batch.BatchVerdict({bad: ["行数が足りません。"]}, [])

    monkeypatch.setattr(batch, "check_batch", gate)
    result = house.load()
    assert result.is_red
    assert "行数が足りません" in result.messages[0]
    assert house.rows("select order_id from raw.orders") == [("2",)]
    assert house.kept() == ["受注_20240401.csv"]


def test_a_file_still_being_written_waits(house: House):
    path = house.put("shop", "受注_20240401.csv", orders_csv([1]), settled=False)
    assert house.load().files == 0
    (path.parent / f"{path.name}.done").touch()
    assert house.load().rows_loaded == 1
    assert house.landing() == []


def test_scan_names_sources_with_settled_files_and_waits_for_fresh_ones(house: House, monkeypatch):
    house.put("generic", "customers.csv", "x")
    fresh = house.put("shop", "受注.csv", "x", settled=False)
    (house.settings.landing / "shop" / ".DS_Store").touch()
    assert ingest.scan(house.settings, date(2024, 4, 10), wait=False) == ["generic"]

    waited = []
    monkeypatch.setattr(arrivals.time, "sleep", lambda seconds: (waited.append(seconds), os.utime(fresh, (0, 0))))
    assert ingest.scan(house.settings, date(2024, 4, 10)) == ["generic", "shop"]
    assert 0 < waited[0] <= 60
    assert ingest.scan(house.settings, date(2024, 4, 10), only="shop") == ["shop"]
