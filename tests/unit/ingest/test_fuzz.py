"""The row gate on mutated files: 0 crashes, 0 lost rows. `make fuzz` runs many more."""

from __future__ import annotations

import pytest

from include.ingest import judge, ledger
from tests.unit.ingest import fuzz
from tests.unit.ingest.conftest import House


@pytest.mark.parametrize("start", [1, 251])
def test_250_mutated_files_crash_nothing_and_lose_no_row(house: House, start: int):
    tally = fuzz.run_batch(house, range(start, start + fuzz.BATCH))
    assert min(tally["loaded"], tally["rejected"], tally["rows_rejected"], tally["rows_known"]) > 20


def test_the_fuzz_wakes_when_rows_are_lost(house: House, monkeypatch):
    real = judge.judge

    def loses_a_row(connection, contract, read_ones):
        stages = "select table_name from duckdb_tables() where regexp_full_match(table_name, 'stage_[0-9]+_1')"
        for (table,) in connection.execute(stages).fetchall():
            connection.execute(f"delete from {table} where line = 3")
        return real(connection, contract, read_ones)

    monkeypatch.setattr(judge, "judge", loses_a_row)
    monkeypatch.setattr(judge.books, "_hold", lambda *_: None)  # asleep, so that the fuzz must see it
    with pytest.raises(AssertionError, match="in raw"):
        fuzz.run_batch(house, range(1, 20))


def test_the_fuzz_wakes_when_a_file_leaves_no_trace(house: House, monkeypatch):
    real, calls = ledger.record, []
    monkeypatch.setattr(ledger, "record", lambda *a: calls.append(a) or (real(*a) if len(calls) > 1 else None))
    with pytest.raises(AssertionError, match="no trace"):
        fuzz.run_batch(house, range(1, 20))
