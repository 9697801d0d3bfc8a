"""Incremental builds of random histories against everything made anew: every table must be the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from include import stages, transform, warehouse
from include.settings import Settings
from tests.oracle import chain, histories
from tests.oracle.pinned import pin
from tests.oracle.world import settings_of

SEED, COUNT = 11, 500
# one full build, then days on which facts become known and dates come
FIRST, DAYS = date(2024, 10, 2), (date(2024, 10, 3), date(2024, 10, 14), date(2024, 10, 28))
LAYERS = ("rules", "staging", "people", "dormancy")
TABLES = """
    select schema_name || '.' || table_name from duckdb_tables()
    where schema_name in ('staging', 'intermediate') and not temporary order by 1
"""


def build_day(settings: Settings, day: date) -> None:
    """Rules to value, with the bookkeeping of a real build."""
    run_id = f"test_{day}"
    assert stages.plan_build(settings, day, run_id)
    for layer in LAYERS:
        stages.build_layer(settings, layer, day, run_id)
    stages.finish_build(settings, day, run_id)


def contents(settings: Settings) -> dict[str, tuple]:
    """Table -> (rows, sum of the hashes of its rows), columns by name."""
    found = {}
    with warehouse.reader(settings) as connection:
        for [table] in connection.execute(TABLES).fetchall():
            columns = ", ".join(sorted(row[0] for row in connection.execute(f"describe {table}").fetchall()))
            found[table] = connection.execute(f"select count(*), sum(hash({columns})::hugeint) from {table}").fetchone()
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[dict, dict, list[int], Settings]:
    root = Path(tmp_path_factory.mktemp("incremental") / "data")
    pin(root / "rules")
    settings = settings_of(root)
    chain.load(settings, histories.parties(SEED, COUNT), FIRST, histories.PRODUCTS)
    build_day(settings, FIRST)
    concerned = []
    for day in DAYS:
        build_day(settings, day)
        with warehouse.reader(settings) as connection:
            [is_incremental] = connection.execute("select is_incremental from ops.build_plan").fetchone()
            concerned.append(connection.execute("select count(*) from ops.changed_party").fetchone()[0])
        assert is_incremental
    incremental = contents(settings)
    for layer in LAYERS[1:]:
        transform.build(settings, layer, DAYS[-1])
    return incremental, contents(settings), concerned, settings


def test_incremental_builds_equal_a_full_one_table_by_table(built):
    incremental, full, _, _ = built
    assert len(full) > 50
    assert {table for table in full if incremental[table] != full[table]} == set()


def test_incremental_builds_worked_on_few_parties_and_not_on_none(built):
    _, full, concerned, _ = built
    everybody = full["intermediate.int_identity__party"][0]
    assert everybody >= COUNT
    assert all(0 < count < everybody / 2 for count in concerned)


def test_a_stale_row_of_a_party_nobody_noted_would_be_seen(built):
    """The comparison can fail: a row changed behind the build's back differs from a full one."""
    _, full, _, settings = built
    with warehouse.writer(settings) as connection:
        connection.execute("update intermediate.int_dormancy__spell set dormant_on = dormant_on + 1 where spell_no = 1")
    assert contents(settings)["intermediate.int_dormancy__spell"] != full["intermediate.int_dormancy__spell"]
