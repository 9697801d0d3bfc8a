"""Random histories of persons and accounts: the models say of each what the independent reading of §2.0 says."""

from __future__ import annotations

import pytest

from tests.oracle import histories, world
from tests.oracle.cases import told_spells, told_states
from tests.oracle.reading import read


@pytest.fixture(scope="module")
def parties() -> dict[str, dict]:
    return {f"H{world.SEED}-{number:04}": rows for number, rows in enumerate(world.rows_of_histories())}


@pytest.mark.parametrize("day", [world.NEXT_LIST_DAY, world.AS_OF], ids=str)
def test_models_and_reference_reading_agree_on_every_history(persona_root, parties, day):
    told = world.told(persona_root, day)
    differing = {}
    for name, rows in parties.items():
        reading = read({**rows, "products": histories.PRODUCTS}, day)
        wanted = (told_states(reading), told_spells(reading))
        if told.get(name, ((), ())) != wanted:
            differing[name] = {"reading": wanted, "models": told.get(name)}
    assert len(parties) >= 500
    assert not differing, f"{len(differing)} of {len(parties)}: {dict(list(differing.items())[:3])}"


def test_histories_meet_every_rule_and_every_end_of_a_spell(parties):
    rules, ends, states = set(), set(), set()
    for rows in parties.values():
        reading = read({**rows, "products": histories.PRODUCTS}, world.AS_OF)
        rules |= {spell.deciding_rule for spell in reading.spells}
        ends |= {spell.end_type for spell in reading.spells}
        states |= {(spell.state, spell.sub_state) for spell in reading.states}
    assert rules == {"D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "SEASONAL"}
    assert ends == {"open", "reactivated", "churned", "blocked", "re_engaged", "converted"}
    assert {("active", "paying_inactive"), ("dormant", "long_dormant"), ("at_risk", "")} <= states


def test_the_same_seed_tells_the_same_histories():
    assert histories.parties(9, 20) == histories.parties(9, 20) != histories.parties(10, 20)
