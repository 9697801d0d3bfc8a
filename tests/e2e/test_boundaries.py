"""The day before a change of state, the day itself and the day after: every rule, every preset and the personas, in the models."""

from __future__ import annotations

import pytest

from tests.oracle import boundaries, world

RULES = ("D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "SEASONAL", "b2c_fast")


def differing(persona_root, copies: list[boundaries.Copy]) -> dict[str, dict]:
    """Copies of which the models say something else than the text."""
    told = {day: world.told(persona_root, day) for day in {copy.as_of for copy in copies}}
    found = {}
    for copy in copies:
        wanted = (copy.case.states, copy.case.spells)
        if told[copy.as_of].get(copy.name) != wanted:
            found[copy.name] = {"text": wanted, "models": told[copy.as_of].get(copy.name)}
    return found


@pytest.mark.parametrize("place", boundaries.PLACES)
@pytest.mark.parametrize("rule", RULES)
def test_rule_boundary_on_the_eve_on_the_day_and_on_the_morrow(persona_root, rule, place):
    copies = [copy for copy in world.COPIES if copy.rules[:1] == (rule,) and copy.place == place]
    assert copies
    assert differing(persona_root, copies) == {}


# nobody changes state there (P04, P20, P22, P26), or whole months decide (P01 would buy monthly, P02 and P19 are moved by months)
UNMOVED = {"P01", "P02", "P04", "P20", "P22", "P26"}


@pytest.mark.parametrize("persona", sorted({f"P{number:02}" for number in range(1, 29)} - UNMOVED))
def test_persona_on_the_eve_on_the_day_and_on_the_morrow_of_each_change(persona_root, persona):
    copies = [copy for copy in world.COPIES if copy.name.startswith(persona)]
    assert {copy.place for copy in copies} == set(boundaries.PLACES)
    assert differing(persona_root, copies) == {}


def test_persona_P01_is_at_risk_until_august_12(persona_root):
    before, after = (world.told(persona_root, day)["P01"] for day in (world.NEXT_LIST_DAY, world.EVE))
    assert before[0][-1] == "2024-06-29 at_risk" and after[0][-1] == "2024-08-13 dormant"
