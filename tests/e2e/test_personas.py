"""The golden personas P01–P28 of the rule book through the source `generic`: states, dates, spells, and what was known when."""

from __future__ import annotations

import pytest

from tests.oracle import personas, world
from tests.oracle.persona_causes import CAUSES
from tests.oracle.world import AS_OF, LIST_DAY, MONTH_END, NEXT_LIST_DAY, NEXT_YEAR


@pytest.fixture(scope="module")
def october(persona_root):
    return world.told(persona_root, AS_OF)


@pytest.mark.parametrize("name", personas.CASES)
def test_persona_states_and_spells_on_october_1(october, name):
    assert october[name] == (personas.CASES[name].states, personas.CASES[name].spells)


@pytest.mark.parametrize("name", world.CASES)
def test_sentence_of_the_rule_book(october, name):
    assert october[name] == (world.CASES[name].states, world.CASES[name].spells)


def test_persona_P05_cancelled_order_reopens_the_spell(persona_root):
    before, after = (world.told(persona_root, day)["P05"] for day in (LIST_DAY, NEXT_LIST_DAY))
    assert before == (
        ("2024-01-10 new", "2024-04-09 dormant", "2024-07-01 reactivated"), ("2024-04-09 D4 2024-07-01 reactivated",)
    )  # fmt: skip
    assert after == (("2024-01-10 new", "2024-04-09 dormant"), ("2024-04-09 D4",))


def test_persona_P19_seasonal_buyer_is_awake_through_december_and_dormant_on_new_years_day(persona_root):
    states, spells = world.told(persona_root, NEXT_YEAR)["P19"]
    assert states[-2:] == ("2023-12-10 reactivated", "2025-01-01 dormant")
    assert spells == (
        "2022-03-10 D4 2022-12-10 reactivated", "2023-06-08 D1 again 2023-12-10 reactivated", "2025-01-01 SEASONAL,D1 again"
    )  # fmt: skip


def test_persona_P20_gift_recipient_is_nobody_for_marketing(persona_root):
    for day in world.DAYS:
        assert "P20" not in world.told(persona_root, day)


def test_persona_P21_mother_and_daughter_stay_two(october):
    assert {"P21-mother", "P21-daughter"} <= set(october)


def test_persona_P22_shop_and_till_are_one_active_person(october):
    assert len({"P22", "P22-pos"} & set(october)) == 1
    states, spells = october.get("P22") or october["P22-pos"]
    assert states[-1].endswith(" active") and spells == ()


def test_persona_P23_returned_order_takes_the_reactivation_back(persona_root):
    before, after = (world.told(persona_root, day)["P23"] for day in (LIST_DAY, NEXT_LIST_DAY))
    assert before[1] == ("2024-04-04 D4 2024-07-10 reactivated",)
    assert after == (("2024-01-05 new", "2024-04-04 dormant"), ("2024-04-04 D4",))


def test_persona_P26_order_at_25_30_is_of_the_next_day(october):
    assert october["P26"] == (("2024-10-01 new",), ())


def test_before_october_nothing_of_the_later_days_is_known(persona_root):
    assert "P26" not in world.told(persona_root, NEXT_LIST_DAY)
    assert world.told(persona_root, MONTH_END)["P03"] == (("2024-06-01 new",), ())


@pytest.fixture(scope="module")
def causes(persona_root) -> dict[str, list]:
    """Persona -> (code, source, probability, confidence, inferred code) of rank 1 of its last spell."""
    found = world.kept(persona_root, AS_OF, "causes")
    return {name: rest for name, _, rank, *rest in found if rank == 1}


@pytest.mark.parametrize("name", CAUSES)
def test_persona_likeliest_cause_with_probability_and_confidence(causes, name):
    wanted = CAUSES[name]
    assert causes[name][:4] == [wanted.code, "inferred", round(wanted.probability, 2), wanted.confidence]


def test_persona_P13_what_was_heard_stands_first_and_the_inferred_cause_is_kept(causes):
    assert causes["P13"] == ["EXT_COMPETITOR", "heard", 1.0, "high", "DIS_PRICE"]


def test_persona_P18_rescheduled_and_then_silent(causes):
    assert causes["P18"][0] == "FOR_RESCHED"
