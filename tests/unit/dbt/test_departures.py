"""Since when we know that a customer left: a full delivery that says the same every day must not move the day."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from tests.unit.dbt.rendered import PROJECT, renderer

MODEL = (PROJECT / "models" / "staging" / "stg_customer_departures.sql").read_text(encoding="utf-8")


def departures(statuses: dict[int, str | None], as_of_day: int = 30, column: str = "withdrawn_known_at") -> date | None:
    """Day on which it became known, from day of April -> status ('dead' stands for a mark of death)."""
    with duckdb.connect() as connection:
        connection.execute("create schema raw; create schema ops")
        connection.execute(
            "create table raw.customers (source_system varchar, source_customer_id varchar, registered_at timestamp, member_status varchar,"
            " is_deceased boolean, known_at timestamp, business_date date, delivery_sequence bigint, source_file varchar, source_row bigint,"
            " is_deleted boolean, delivery_id varchar)"
        )
        connection.execute(
            "create table ops.file_ledger (delivery_id varchar, source varchar, business_date date, mode varchar, state varchar,"
            " known_at timestamp, entities varchar, purposes varchar, absent_fulls bigint)"
        )
        for day, status in statuses.items():
            on = f"2024-04-{day:02d}"
            connection.execute(
                "insert into raw.customers values ('shop', 'a', null, ?, ?, ?, ?, 0, 'f', 1, false, ?)",
                [None if status == "dead" else status, status == "dead", f"{on} 23:59:59", on, on],
            )
        sql = renderer(f"2024-04-{as_of_day:02d}").model(MODEL)[0]
        found = connection.execute(f"select {column} from ({sql})").fetchone()
        return found[0].day if found and found[0] else None


def test_the_same_word_again_moves_no_day():
    assert departures({1: "active", 2: "withdrawn", 3: "withdrawn", 4: "withdrawn"}) == 2


def test_before_it_is_known_nobody_left():
    assert departures({1: "active", 2: "withdrawn"}, as_of_day=1) is None


def test_who_came_back_and_left_again_left_the_second_time():
    assert departures({1: "withdrawn", 2: "active", 3: "withdrawn", 4: "withdrawn"}) == 3


def test_who_came_back_is_none():
    assert departures({1: "withdrawn", 2: "active"}) is None


@pytest.mark.parametrize(("versions", "day"), [({1: "dead", 2: "dead"}, 1), ({1: "dead", 2: None, 3: "dead"}, 3), ({1: "dead", 2: None}, None)])
def test_a_death_counts_from_the_first_word_of_it_that_was_not_taken_back(versions, day):
    assert departures(versions, column="deceased_known_at") == day
