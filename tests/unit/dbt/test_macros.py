"""Macros against numbers computed elsewhere."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import duckdb
import pytest

from tests.unit.dbt.rendered import render

Z = "1.959963984540054"


def value(expression: str, as_of: str = "2024-10-01"):
    with duckdb.connect() as connection:
        return connection.execute(f"select {render('{{ ' + expression + ' }}', as_of)}").fetchone()[0]


# bounds of the difference in points, from the published vectors of the rule book (section 6)
@pytest.mark.parametrize(
    ("treated", "held_out", "low", "high"),
    [
        ((300, 10_000), (40, 2_000), 0.22, 1.63),
        ((30, 1_000), (4, 200), -2.16, 2.75),
        ((0, 500), (0, 100), -3.70, 0.76),
        ((5, 500), (0, 100), -2.74, 2.32),
    ],
)
def test_newcombe_interval_gives_the_published_bounds(treated, held_out, low, high):
    arguments = ", ".join(repr(str(n)) for n in (*treated, *held_out)) + f", '{Z}'"
    assert value(f"newcombe_low({arguments})") * 100 == pytest.approx(low, abs=0.006)
    assert value(f"newcombe_high({arguments})") * 100 == pytest.approx(high, abs=0.006)


def test_wilson_interval_stays_inside_0_and_1_and_is_empty_without_trials():
    assert value(f"wilson_low('0', '10', '{Z}')") == 0
    assert value(f"wilson_high('10', '10', '{Z}')") == 1
    assert value(f"wilson_low('3', '10', '{Z}')") == pytest.approx(0.10779, abs=1e-5)
    assert value(f"wilson_high('3', '10', '{Z}')") == pytest.approx(0.60322, abs=1e-5)
    assert value(f"wilson_low('0', '0', '{Z}')") is None
    assert value(f"newcombe_high('0', '0', '1', '10', '{Z}')") is None


def test_hash16_is_the_start_of_md5_over_joined_parts_and_null_is_empty():
    assert value("""hash16(["'ec'", "7"])""") == hashlib.md5(b"ec|7").hexdigest()[:16]
    assert value("""hash16(["'ec'", "null"])""") == hashlib.md5(b"ec|").hexdigest()[:16]


def test_md5_prefix_is_an_integer_of_its_first_8_digits():
    assert value("""md5_prefix_int("'p_1salt'")""") == int(hashlib.md5(b"p_1salt").hexdigest()[:8], 16)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("""add_months("date '2024-03-31'", "-1")""", date(2024, 2, 29)),
        ("""add_months("date '2024-02-29'", "12")""", date(2025, 2, 28)),
        ("""add_days("date '2024-02-28'", "2")""", date(2024, 3, 1)),
        ("""days_between("date '2024-01-01'", "date '2024-03-01'")""", 60),
        ("""age_on("date '2008-04-01'", "date '2026-03-31'")""", 17),
        ("""age_on("date '2008-04-01'", "date '2026-04-01'")""", 18),
        ("""age_on("date '2008-02-29'", "date '2026-02-28'")""", 17),
        ("""week_start("date '2024-09-29'")""", date(2024, 9, 23)),
        ("""iso_weekday("date '2024-09-29'")""", 7),
        ("as_of_end()", datetime(2024, 10, 2)),
        ("""list_contains("'analytics,marketing'", "'marketing'")""", True),
        ("""list_contains("'analytics'", "'marketing'")""", False),
        ("""list_contains("'remarketing'", "'marketing'")""", False),
        ("""list_contains("null", "'marketing'")""", False),
        ("""local_id("'ec:a:b'", "'ec'")""", "a:b"),
    ],
)
def test_macro_gives_the_expected_value(expression, expected):
    assert value(expression) == expected


def test_a_rule_row_holds_from_its_first_day_to_the_day_before_its_last():
    with duckdb.connect() as connection:
        connection.execute(
            "create table rule_x as select * from (values ('old', date '2020-01-01', date '2024-10-01'),"
            " ('new', date '2024-10-01', null)) as t (name, valid_from, valid_to)"
        )
        sql = "select name from {{ rule_in_force('rule_x') }}"
        assert connection.execute(render(sql, "2024-09-30")).fetchall() == [("old",)]
        assert connection.execute(render(sql, "2024-10-01")).fetchall() == [("new",)]
        assert connection.execute(render(sql, "2019-12-31")).fetchall() == []


@pytest.mark.parametrize(
    ("amount", "factor", "expected"),
    [
        ("1234.50", "0.41", "506.15"),  # 506.145: half a sen goes up
        ("-1234.50", "0.41", "-506.15"),
        ("9999999.00", "999.000000", "9989999001.00"),
        ("10000000.00", "0.333333", "3333330.00"),
        ("123456789012.34", "1.5", "185185183518.51"),
        ("100.00", "149.123456", "14912.35"),
        ("100.00", "1000.5", "100050.00"),
        ("null", "0.4", "None"),
        ("100.00", "null", "None"),
    ],
)
def test_money_times_gives_the_same_digits_for_small_and_large_amounts(amount, factor, expected):
    arguments = f"'cast({amount} as decimal(18, 2))', 'cast({factor} as decimal(18, 6))'"
    assert str(value(f"money_times({arguments})")) == expected
    assert str(value(f"spark__money_times({arguments})")) == expected
