"""A row missing from two full deliveries in a row is deleted; whichever order they come in, and only from when both are known."""

from __future__ import annotations

import itertools

import duckdb
import pytest

from tests.unit.dbt.rendered import render

LATEST = "{{ latest_as_known('customers', key=['source_customer_id'], absence_deletes=true) }}"
# day -> customers in the full of that day
FULLS = {1: "ab", 2: "a", 3: "ac"}


def customers(fulls: dict[int, str], as_of_day: int = 10, order=None, deltas: dict[int, str] | None = None, state="loaded", absent_fulls=2) -> str:
    """Ids that staging knows on the day, as one text."""
    with duckdb.connect() as connection:
        connection.execute("create schema raw; create schema ops")
        connection.execute(
            "create table raw.customers (source_system varchar, source_customer_id varchar, known_at timestamp, business_date date,"
            " delivery_sequence bigint, source_file varchar, source_row bigint, is_deleted boolean, delivery_id varchar)"
        )
        connection.execute(
            "create table ops.file_ledger (delivery_id varchar, source varchar, business_date date, mode varchar, state varchar,"
            " known_at timestamp, entities varchar, purposes varchar, absent_fulls bigint)"
        )
        files = [("full", day, ids) for day, ids in fulls.items()] + [("delta", day, ids) for day, ids in (deltas or {}).items()]
        for mode, day, ids in [files[place] for place in order] if order else files:
            on, name = f"2024-04-{day:02d}", f"{mode}{day}"
            connection.execute(
                "insert into ops.file_ledger values (?, 'shop', ?, ?, ?, ?, 'customers,orders', '', ?)",
                [name, on, mode, state if mode == "full" and day == max(fulls) else "loaded", f"{on} 23:59:59", absent_fulls],
            )
            for key in ids:
                connection.execute(
                    "insert into raw.customers values ('shop', ?, ?, ?, 0, 'f', 1, false, ?)", [key, f"{on} 23:59:59", on, name]
                )
        found = connection.execute(render(f"select source_customer_id from ({LATEST})", f"2024-04-{as_of_day:02d}"))
        return "".join(sorted(key for (key,) in found.fetchall()))


def test_absence_from_two_consecutive_fulls_deletes():
    assert customers(FULLS) == "ac"


def test_absence_from_one_full_deletes_nothing():
    assert customers({1: "ab", 2: "a"}) == "ab"
    assert customers({1: "ab", 2: "a", 3: "ab"}) == "ab"


def test_before_the_second_full_is_known_the_row_is_there():
    assert [customers(FULLS, day) for day in (1, 2, 3)] == ["ab", "ab", "ac"]


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
def test_the_order_of_arrival_changes_nothing(order):
    assert customers(FULLS, order=order) == "ac"


def test_a_delta_that_holds_the_row_keeps_it_and_brings_it_back():
    assert customers(FULLS, deltas={2: "b"}) == "abc"
    assert customers(FULLS, deltas={5: "b"}) == "abc"


def test_the_same_content_again_counts_as_a_full():
    assert customers({1: "ab", 2: "a", 3: "a"}) == "a"


def test_a_refused_full_is_none():
    assert customers(FULLS, state="rejected") == "abc"


def test_the_number_of_fulls_is_the_rules():
    assert customers({1: "ab", 2: "a"}, absent_fulls=1) == "a"
    assert customers(FULLS, absent_fulls=3) == "abc"
