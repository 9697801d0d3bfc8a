"""The batch gate: one validation of a source names the files that break their contract, and only those."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from include import settings as settings_module
from include import warehouse
from include.contracts import ColumnRule, Feed
from include.quality.batch import check_batch
from include.quality.engine import record
from include.quality.volume import Full, _compared

AS_OF = date(2024, 4, 3)
COLUMNS = (
    "order_id varchar, ordered_at timestamp, status varchar, net_amount decimal(18,2), source_file varchar,"
    " source_row bigint, delivery_id varchar, business_date date, known_at timestamp, record_hash varchar"
)


def contract(**changes) -> SimpleNamespace:
    feed = Feed("orders", {name: ColumnRule() for name in ("order_id", "ordered_at", "status", "net_amount")})
    wanted = {"source": "shop", "feeds": [feed], "min_rows_ratio": 0.7, "max_bad_ratio": 0.01,
              "freshness_days": 3}  # fmt: skip
    return SimpleNamespace(**(wanted | changes))


def order(order_id, row=1, day=1, status="paid", ordered_at=None, version="v1") -> tuple:
    business_date = date(2024, 4, day)
    known_at = datetime(2024, 4, day, 23, 59, 59)
    return (
        order_id, ordered_at or datetime(2024, 3, 31), status, 100, f"受注_{business_date}.csv", row,
        f"d{day}", business_date, known_at, f"{order_id}-{version}",
    )  # fmt: skip


def test_a_late_file_does_not_make_a_source_look_stale(gate):
    with warehouse.writer(gate.settings) as connection:
        connection.execute(
            "insert into ops.file_ledger (delivery_id, source, mode, business_date, state)"
            " values ('d9', 'shop', 'delta', date '2024-04-04', 'loaded')"
        )
    assert gate(many(20, 1), as_of=AS_OF + timedelta(days=2), mode="delta").warnings == []


def test_a_column_that_the_contract_feeds_and_the_table_lacks_stops(gate):
    missing = contract(feeds=[Feed("orders", {"order_id": ColumnRule(), "is_test": ColumnRule()})])
    assert "is_test は 無し(契約では BOOLEAN)" in gate(many(3, 1), used=missing).failures["d1"][0]


@pytest.fixture
def gate(tmp_path: Path):
    settings = settings_module.load({"DATA_ROOT": str(tmp_path), "OKOSHI_THREADS": "1"})

    with warehouse.writer(settings) as connection:
        connection.execute(f"create table raw.orders ({COLUMNS})")

    def run(rows, used=None, as_of=AS_OF, mode="full", empty_days=()):
        scratch = settings.work / "scratch.duckdb"
        scratch.unlink(missing_ok=True)
        with warehouse.writer(settings, scratch) as connection:
            connection.execute(f"create table orders ({COLUMNS})")
            connection.executemany("insert into orders values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            connection.execute(
                "create table delivery as select distinct delivery_id, source_file as file_name, business_date,"
                f" '{mode}' as mode, null::varchar as part, 0 as delivery_sequence from orders"
            )
            for day in empty_days:
                connection.execute(
                    f"insert into delivery values ('d{day}', '受注_2024-04-0{day}.csv', '2024-04-0{day}', '{mode}', null, 0)"
                )
        return check_batch(settings, used or contract(), scratch, as_of, "run-1")

    run.settings = settings
    return run


def many(count: int, day: int) -> list[tuple]:
    return [order(f"o{n}", row=n + 2, day=day) for n in range(count)]


def test_a_clean_batch_passes_and_leaves_its_evidence(gate):
    verdict = gate(many(20, 2))
    assert verdict.failures == {} and verdict.warnings == []
    assert verdict.results and not any(row[5] is False for row in verdict.results)
    page = gate.settings.data_docs / "2024-04-03" / "batch_shop.html"
    assert "不合格 0 件" in page.read_text()


def test_only_the_file_with_the_empty_key_is_named(gate):
    verdict = gate([*many(20, 1), *many(20, 2), order(None, row=99, day=2)])
    assert list(verdict.failures) == ["d2"]
    assert verdict.failures["d2"] == [
        "受注_2024-04-02.csv: 「キー order_id が空でない」に反します: 99行目ほか 1 行。"
    ]


def test_an_undeclared_code_stops_its_file(gate):
    verdict = gate([*many(20, 1), order("x", row=7, day=2, status="lost")])
    assert list(verdict.failures) == ["d2"]
    assert "status が決められた区分だけ" in verdict.failures["d2"][0]


def test_contradicting_rows_of_one_key_stop_their_file(gate):
    same = [*many(20, 1), order("o1", row=80, day=1)]
    assert gate(same).failures == {}
    verdict = gate([*many(20, 1), order("o1", row=80, day=1, version="v2")])
    assert "食い違う行がない" in verdict.failures["d1"][0]


def test_norm_N45_events_after_the_row_was_known_stop_their_file(gate):
    late = order("x", day=2, ordered_at=datetime(2024, 4, 4))
    assert list(gate([*many(20, 1), late]).failures) == ["d2"]
    allowed = order("x", day=2, ordered_at=datetime(2024, 4, 3, 23))
    assert gate([*many(20, 1), *many(19, 2), allowed]).failures == {}


def test_a_full_file_cut_below_the_ratio_of_the_one_before_in_the_same_run_stops(gate):
    verdict = gate([*many(100, 1), *many(69, 2)])
    assert list(verdict.failures) == ["d2"]
    assert "100 行から 69 行へ" in verdict.failures["d2"][0]
    assert gate([*many(100, 1), *many(70, 2)]).failures == {}


def test_a_full_file_cut_against_an_earlier_run_stops(gate):
    with warehouse.writer(gate.settings) as connection:
        connection.execute("insert into raw.orders (delivery_id, source_row) select 'd0', range from range(100)")
        connection.execute(
            "insert into ops.file_ledger (delivery_id, source, mode, business_date, state)"
            " values ('d0', 'shop', 'full', date '2024-04-01', 'loaded')"
        )
    assert list(gate(many(69, 2)).failures) == ["d2"]
    assert gate(many(70, 2)).failures == {}


def test_a_second_cut_file_is_measured_against_the_last_whole_one(gate):
    assert sorted(gate([*many(100, 1), *many(50, 2), *many(50, 3)]).failures) == ["d2", "d3"]


def test_a_full_file_without_any_row_stops_where_rows_were_before(gate):
    assert list(gate(many(100, 1), empty_days=[2]).failures) == ["d2"]


def test_parts_of_one_date_count_together_and_a_new_version_replaces_the_old_one():
    def full(day, part, sequence, rows):
        return Full(f"d{day}{part}{sequence}", "f", date(2024, 4, day), part, sequence, rows)

    parts = [full(2, "1of2", 0, 40), full(2, "2of2", 0, 40)]
    assert [(f.part, rows, base) for f, rows, base in _compared(0.7, [full(1, "", 0, 100)], parts)] == [
        ("1of2", 80, 100), ("2of2", 80, 100),
    ]  # fmt: skip
    again = [full(2, "", 0, 10), full(2, "", 1, 90)]
    assert [(f.sequence, rows, base) for f, rows, base in _compared(0.7, [full(1, "", 0, 100)], again)] == [
        (1, 90, 100)
    ]


def test_a_delta_may_be_small(gate):
    assert gate([*many(100, 1), *many(3, 2)], mode="delta").failures == {}


def test_a_stale_source_warns_and_stops_nothing(gate):
    verdict = gate(many(20, 1), as_of=AS_OF + timedelta(days=2))
    assert verdict.failures == {}
    assert "最新は 2024-04-01" in verdict.warnings[0]
    assert [row[5] for row in verdict.results if "freshness" in row[4]] == [False]


def test_a_check_that_cannot_run_lets_nobody_pass(gate):
    broken = contract(feeds=(Feed("orders", {"order_id": ColumnRule(), "order_type": ColumnRule()}),))
    verdict = gate([*many(5, 1), *many(5, 2)], used=broken)
    assert sorted(verdict.failures) == ["d1", "d2"]
    assert any("実行できませんでした" in reason for reason in verdict.failures["d1"])


def test_an_error_that_quotes_a_value_is_not_repeated(gate):
    from include.quality.engine import Check, validate

    gate(many(3, 1))
    with warehouse.reader(gate.settings, gate.settings.work / "scratch.duckdb") as connection:
        outcomes = validate(
            connection, "x", [Check("cast", "orders", "文", "select cast(status as integer) from {batch}")]
        )
    assert outcomes[0].is_broken and "paid" not in outcomes[0].problem


def test_more_broken_files_than_can_be_named_stop_all(gate):
    rows = [
        order(None, row=1, day=1)[:6] + (f"d{n:03}", date(2024, 4, 1), datetime(2024, 4, 1), "h")
        for n in range(250)
    ]
    assert len(gate(rows, mode="delta").failures) == 250


def test_evidence_and_results_hold_no_values(gate):
    gate([order("secret-order", day=1, status="secret-status")])
    pages = [path.read_text() for path in gate.settings.data_docs.rglob("*") if path.is_file()]
    assert pages and not any("secret" in page for page in pages)


def test_results_of_a_rerun_replace_those_of_the_same_run(gate):
    verdict = gate(many(20, 2))
    for _ in range(2):
        with warehouse.writer(gate.settings) as connection:
            record(connection, verdict.results)
            count = connection.execute("select count(*) from ops.gate_result").fetchone()[0]
    assert count == len(verdict.results)
