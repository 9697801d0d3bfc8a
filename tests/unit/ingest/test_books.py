"""In = loaded + rejected + superseded, per file; a row lost or doubled on the way stops the source."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.errors import GateStop
from include.ingest import books, feeds, judge, run
from tests.unit.ingest.conftest import HEADER, ROW, House, build_house, open_the_gate

LEDGER = "select rows_in, rows_loaded, rows_rejected, rows_superseded from ops.file_ledger order by business_date, file_name"
CALLS = """
source: pbx
version: 1
title: 通話
owner: cc
source_system: pbx
files: ["通話*.csv"]
mode: delta
encoding: auto
delimiter: auto
purposes: [marketing]
max_bad_ratio: 1
feeds:
  - entity: calls
    columns:
      call_id: {from: 通話ID, required: true}
      started_at: 開始
      updated_at: 更新
      direction: {const: outbound}
      dialled_number: {from: 番号}
"""
CALL_HEADER = "通話ID,開始,更新,番号"


@pytest.fixture
def calls(house: House) -> House:
    (house.settings.contracts_dirs[1] / "pbx.v1.yml").write_text(CALLS, encoding="utf-8")
    return house


def take(house: House, *lines: str) -> tuple:
    house.put("pbx", "通話_20240401.csv", "\n".join([CALL_HEADER, *lines]) + "\n")
    house.load("pbx")
    [found] = house.rows(LEDGER)
    return found


def call(number: str, updated: str = "2024-04-01 10:00:00", dialled: str = "03-1234-5678") -> str:
    return f"{number},2024-04-01 09:00:00,{updated},{dialled}"


def test_rule_N44_a_row_delivered_twice_in_one_file_is_superseded_once(calls: House):
    assert take(calls, call("a"), call("a"), call("b")) == (3, 2, 0, 1)


def test_rule_N44_the_newest_version_stands_whatever_its_place_in_the_file(calls: House):
    assert take(calls, call("a", "2024-04-01 12:00:00"), call("a", "2024-04-01 11:00:00"), call("a", "2024-04-01 10:00:00")) == (3, 1, 0, 2)
    # the earlier versions stay in raw, for a replay of what was known then
    assert calls.rows("select count(*) from raw.calls") == [(3,)]


def test_a_rejected_row_supersedes_nothing(calls: House):
    assert take(calls, call("a"), ",2024-04-01 09:00:00,2024-04-01 10:00:00,1", "a,昨日,2024-04-01 10:00:00,1") == (3, 1, 2, 0)


def test_a_row_is_superseded_only_when_all_it_made_is(house: House):
    """Two rows of one order number are two lines: both stand, though the order is one."""
    house.put("shop", "受注_20240401.csv", f"{HEADER}\n{ROW}\n{ROW}\n")
    house.load()
    assert house.rows(LEDGER) == [(2, 2, 0, 0)]


def test_a_refused_file_is_rejected_whole(house: House):
    house.put("shop", "受注_20240401.csv", f"{HEADER}\n{ROW}\n2,17,昨日,5,a,1,1\n3,17,昨日,5,a,1,1\n")
    assert house.load().is_red
    assert house.rows(LEDGER) == [(3, 0, 3, 0)]


def test_the_result_tells_what_was_superseded(calls: House):
    calls.put("pbx", "通話_20240401.csv", "\n".join([CALL_HEADER, call("a"), call("a")]) + "\n")
    result = calls.load("pbx")
    assert (result.rows_in, result.rows_loaded, result.rows_rejected, result.rows_superseded) == (2, 1, 0, 1)
    assert result.messages == ["pbx: 通話_20240401.csv の 2 行のうち 1 行は、同じファイルの新しい行に置き換えられました。"]


ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans()), min_size=1, max_size=12)


@given(ROWS)
@settings(max_examples=25, deadline=None)
def test_rule_N44_counts_are_those_of_a_plain_reckoning(rows):
    """Against a reckoning in Python: of every key one good row stands, the others are superseded, bad ones rejected."""
    lines = [call(key, f"2024-04-01 1{hour}:00:00") if good else f"{key},昨日,,1" for key, hour, good in rows]
    good = [key for key, _, is_good in rows if is_good]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        open_the_gate(patch)
        house = build_house(Path(folder))
        (house.settings.contracts_dirs[1] / "pbx.v1.yml").write_text(CALLS, encoding="utf-8")
        found = take(house, *lines)
    assert found == (len(rows), len(set(good)), len(rows) - len(good), len(good) - len(set(good)))


# -- the guard ---------------------------------------------------------------------------------------


def spoil(monkeypatch, sql: str) -> None:
    real = judge.judge

    def spoiled(connection, contract, read_ones):
        connection.execute(sql)
        return real(connection, contract, read_ones)

    monkeypatch.setattr(run.judge, "judge", spoiled)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("delete from stage_0_1 where line = 3", "order_lines: 2 行が 1 行に"),
        ("insert into stage_0_1 select * from stage_0_1", "order_lines: 2 行が 4 行に"),
        ("delete from stage_0_0 where order_id = '2'", "orders: 2 行が 1 行に"),
        ("delete from tally where what = 'cells'", "読んだ行: 2 行が 0 行に"),
        ("update tally set n = n - 1 where what = 'taken'", "型を付けた行: 4 行が 2 行に"),
    ],
)
def test_rows_that_do_not_add_up_stop_the_source_and_leave_everything(house: House, monkeypatch, sql: str, says: str):
    spoil(monkeypatch, sql)
    house.put("shop", "受注_20240401.csv", f"{HEADER}\n{ROW}\n{ROW.replace('1,17', '2,17')}\n")
    with pytest.raises(GateStop, match=says) as stop:
        house.load()
    assert stop.value.message.startswith("shop/受注_20240401.csv: 行数が合わないため")
    assert house.landing() == ["受注_20240401.csv"]
    assert house.rows("select (select count(*) from raw.orders), (select count(*) from ops.file_ledger)") == [(0, 0)]


def test_a_typing_step_that_doubles_rows_is_found(house: House, monkeypatch):
    real = feeds.Group._type

    def doubled(self, number, feed):
        real(self, number, feed)
        self.connection.execute(f"create temp table once_{number} as from {self._typed(number)}")
        self.connection.execute(f"create or replace temp view {self._typed(number)} as from once_{number} union all from once_{number}")

    monkeypatch.setattr(feeds.Group, "_type", doubled)
    house.put("shop", "受注_20240401.csv", f"{HEADER}\n{ROW}\n")
    with pytest.raises(GateStop, match="型を付けた行: 2 行が 4 行に"):
        house.load()


def test_the_ledger_takes_no_row_that_does_not_add_up(house: House, monkeypatch):
    monkeypatch.setattr(judge.books, "close", lambda *_: {0: books.Counts(1, 0, 0)})
    house.put("shop", "受注_20240401.csv", f"{HEADER}\n{ROW}\n{ROW}\n")
    with pytest.raises(GateStop, match="取込 \\+ 除外 \\+ 置換: 2 行が 1 行に"):
        house.load()
    assert house.rows("select count(*) from raw.orders") == [(0,)]


def test_a_row_that_no_feed_asks_for_is_read_and_counts_as_loaded(calls: House):
    path = calls.settings.contracts_dirs[1] / "pbx.v1.yml"
    path.write_text(path.read_text().replace("  - entity: calls\n", "  - entity: calls\n    when: {column: 通話ID, in: [a]}\n"))
    assert take(calls, call("a"), call("b")) == (2, 2, 0, 0)
    assert calls.rows("select count(*) from raw.calls") == [(1,)]
