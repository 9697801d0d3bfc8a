"""The oracle on the day before each change of state, on the day and on the day after, of every case whose rows were told at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.oracle import boundaries, world
from tests.oracle.build import on
from tests.oracle.cases import told_spells, told_states
from tests.oracle.known import EVENT, KEYS, Rows, day_of
from tests.oracle.reading import read


def is_told_at_once(rows: Rows) -> bool:
    """Is every row of one version and known on its day, so that an earlier date knows no more and no less?"""
    keys = [(entity, *(row.get(k) for k in KEYS[entity])) for entity in rows if entity in KEYS for row in rows[entity]]
    days = [(row["known_at"], row.get(EVENT[entity])) for entity in rows if entity in EVENT for row in rows[entity]]
    return len(keys) == len(set(keys)) and all(day_of(known) == day_of(event) for known, event in days if event)


CASES = [case for case in world.ONE_OF_EACH if is_told_at_once(case.party.rows)]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_text_holds_on_the_eve_on_the_day_and_on_the_morrow(case):
    for changed_on in [on(row.split()[0]) for row in case.states]:
        for step in (-1, 0, 1):
            seen_on = changed_on + timedelta(days=step)
            known = read({**case.party.rows, "products": world.PRODUCTS}, seen_on)
            assert told_states(known) == tuple(row for row in case.states if row[:10] <= str(seen_on))


@pytest.mark.parametrize("copy", [*boundaries.BY_MONTH], ids=lambda c: c.name)
def test_personas_moved_by_months_are_told_as_by_hand(copy):
    reading = read({**copy.case.party.rows, "products": world.PRODUCTS}, copy.as_of)
    assert (told_states(reading), told_spells(reading)) == (copy.case.states, copy.case.spells)


def test_every_rule_has_copies_for_each_of_the_three_days():
    days = {(copy.rules[0], copy.place) for copy in world.COPIES if copy.rules}
    assert days >= {(rule, place) for rule in ("D1", "D2", "D3", "D4", "D6", "D7", "D8", "D9") for place in boundaries.PLACES}
