"""Every generic data test is silent on sound rows and returns the row that breaks it."""

from __future__ import annotations

import duckdb
import pytest

from tests.unit.dbt.rendered import PROJECT, generic_test, names_in

SPANS = {"partition_by": "who", "from_column": "a", "to_column": "b"}
BANDS = {"partition_by": "what", "lower_column": "lo", "upper_column": "hi"}


def rows(columns: str, *values: str) -> str:
    return f"(select * from (values {', '.join(values)}) as t ({columns}))"


# test -> (arguments, sound rows, rows of which each must break it)
CASES = {
    "is_key": (
        {"columns": ["a", "b"]},
        rows("a, b", "(1, 1)", "(1, 2)"),
        [rows("a, b", "(1, 1)", "(1, 1)"), rows("a, b", "(1, null)", "(2, 1)")],
    ),
    "holds": (
        {"expression": "n > 0"},
        rows("n", "(1)", "(2)"),
        [rows("n", "(1)", "(0)"), rows("n", "(1)", "(null)")],
    ),
    "holds_in": (
        {"column": "n", "to": rows("n", "(1)", "(2)"), "field": "n"},
        rows("n", "(1)", "(null)"),
        [rows("n", "(1)", "(3)")],
    ),
    "spans_do_not_overlap": (
        SPANS,
        rows("who, a, b", "(1, 0, 5)", "(1, 5, 6)", "(1, 9, null)", "(2, 3, 4)"),
        [
            rows("who, a, b", "(1, 0, 5)", "(1, 4, 6)"),
            rows("who, a, b", "(1, 0, null)", "(1, 4, 6)"),
            rows("who, a, b", "(1, 5, 5)"),
            rows("who, a, b", "(1, 0, null)", "(1, 0, null)"),
        ],
    ),
    "spans_are_complete": (
        SPANS,
        rows("who, a, b", "(1, 0, 5)", "(1, 5, null)", "(2, 3, null)"),
        [
            rows("who, a, b", "(1, 0, 5)", "(1, 6, null)"),
            rows("who, a, b", "(1, 0, 5)", "(1, 4, null)"),
            rows("who, a, b", "(1, 0, 5)"),
            rows("who, a, b", "(1, 0, null)", "(1, 4, null)"),
        ],
    ),
    "bands_cover_all_values": (
        BANDS,
        rows("what, lo, hi", "('r', null, 31)", "('r', 31, 90)", "('r', 90, null)", "('f', 0, null)"),
        [
            rows("what, lo, hi", "('r', null, 31)", "('r', 32, null)"),
            rows("what, lo, hi", "('r', null, 31)", "('r', 30, null)"),
            rows("what, lo, hi", "('r', null, 31)", "('r', 31, 90)"),
            rows("what, lo, hi", "('r', 0, 0)", "('r', 0, null)"),
        ],
    ),
}


def failures(name: str, arguments: dict, model: str) -> int:
    with duckdb.connect() as connection:
        return len(connection.execute(generic_test(name, model=model, **arguments)).fetchall())


def test_every_generic_test_has_its_own_failing_example():
    assert names_in(PROJECT / "tests" / "generic", "*.sql") == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_generic_test_is_silent_on_sound_rows(name):
    arguments, sound, _ = CASES[name]
    assert failures(name, arguments, sound) == 0


@pytest.mark.parametrize(("name", "broken"), [(name, bad) for name, case in CASES.items() for bad in case[2]])
def test_generic_test_fails_on_broken_rows(name, broken):
    assert failures(name, CASES[name][0], broken) > 0
