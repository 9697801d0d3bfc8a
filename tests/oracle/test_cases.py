"""The oracle against the cases worked out by hand."""

from __future__ import annotations

import pytest

from tests.oracle import cases_courses, cases_orders, cases_others, personas
from tests.oracle.cases import AS_OF, Case, told_spells, told_states
from tests.oracle.reading import read

CASES = [*personas.CASES.values(), *cases_orders.CASES, *cases_courses.CASES, *cases_others.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_oracle_reads_the_case_as_the_text_does(case: Case):
    reading = read({**case.party.rows, "products": [*cases_orders.PRODUCTS, *personas.PRODUCTS]}, AS_OF)
    assert (told_states(reading), told_spells(reading)) == (case.states, case.spells)
