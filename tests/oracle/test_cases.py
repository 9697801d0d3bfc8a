"""The oracle against the cases worked out by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from tests.oracle import cases_courses, cases_orders, cases_others, personas
from tests.oracle.cases import AS_OF, Case, told_spells, told_states
from tests.oracle.reading import read
from tests.oracle.rules import Rules

# the cap of D4 binds only where a category has learned more
FIELDS = [field.name for field in fields(Rules) if field.name != "f2_max_days"]
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


def test_D4_waits_at_most_240_days():
    one_order = next(c for c in CASES if c.name == "free_goods_reset_no_clock")
    assert told(one_order, Rules(f2_days=300))[1] == ()  # 2024-06-01 + 240 lies behind 10-01
    assert told(one_order, Rules(f2_days=300, f2_max_days=100))[1] == ("2024-09-09 D4",)


def told(case: Case, rules: Rules) -> tuple:
    reading = read({**case.party.rows, "products": [*cases_orders.PRODUCTS, *personas.PRODUCTS]}, AS_OF, rules)
    return told_states(reading), told_spells(reading)
