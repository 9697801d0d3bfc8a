"""The oracle against the cases worked out by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from tests.oracle import cases_courses, cases_orders, cases_others, personas
from tests.oracle.cases import AS_OF, Case, told_spells, told_states
from tests.oracle.reading import read
from tests.oracle.rules import Rules

FIELDS = [field.name for field in fields(Rules)]
CASES = [*personas.CASES.values(), *cases_orders.CASES, *cases_courses.CASES, *cases_others.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_oracle_reads_the_case_as_the_text_does(case: Case):
    assert told(case, Rules()) == (case.states, case.spells)


@pytest.mark.parametrize("field", FIELDS)
def test_every_number_of_the_rule_book_decides_some_case(field):
    step = 1 if isinstance(getattr(Rules(), field), int) else 0.25
    for moved in (getattr(Rules(), field) + step, getattr(Rules(), field) - step):
        rules = replace(Rules(), **{field: moved})
        if any(told(case, rules) != (case.states, case.spells) for case in CASES):
            return
    pytest.fail(f"no case depends on {field}")


def told(case: Case, rules: Rules) -> tuple:
    reading = read({**case.party.rows, "products": [*cases_orders.PRODUCTS, *personas.PRODUCTS]}, AS_OF, rules)
    return told_states(reading), told_spells(reading)
