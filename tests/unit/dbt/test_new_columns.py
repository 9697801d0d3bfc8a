"""A release adds a column to a table that keeps the ends of months: the warehouse of the release before takes it."""

from __future__ import annotations

from datetime import date

import pytest

from include import transform, warehouse
from tests.conftest import DEMO_DATE, settings_for

DAY, MONTH_END = date.fromisoformat(DEMO_DATE), date(2024, 8, 31)
# table -> a column that the older shape lacks
NEW = {
    "intermediate.int_measurement__state_history": "policy_version",
    "marts.fct_decision": "policy_version",
    "marts.fct_segment": "segment_id",
}


@pytest.fixture
def older(tiny_copy):
    """A warehouse whose tables have fewer columns and hold the end of an earlier month."""
    settings = settings_for(tiny_copy)
    with warehouse.writer(settings) as connection:
        for table, column in NEW.items():
            connection.execute(f"alter table {table} drop column {column}")
            connection.execute(f"insert into {table} by name select * replace (date '{MONTH_END}' as as_of) from {table} where as_of = date '{DAY}'")
    return settings


def shape(settings, table: str, column: str) -> list[tuple]:
    with warehouse.reader(settings) as connection:
        return connection.execute(f"select as_of, count(*) > 0, count({column}) > 0 from {table} group by as_of order by 1").fetchall()


def test_tables_that_keep_the_ends_of_months_take_new_columns_and_keep_their_past(older):
    transform.prepare(older, DAY)
    for layer in ("decision", "marts"):
        transform.build(older, layer, DAY)
    for table, column in NEW.items():
        assert shape(older, table, column) == [(MONTH_END, True, False), (DAY, True, True)], table
