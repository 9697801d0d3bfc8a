"""The vectors that §3 gives, against the reference combination."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.oracle.causes import Signal, is_abrupt, rank
from tests.oracle.persona_causes import CAUSES

T0, DORMANT = date(2024, 5, 1), date(2024, 8, 1)


@pytest.mark.parametrize(
    ("persona", "code", "probability", "confidence"),
    [
        ("P01", "UNKNOWN", 1.0, "low"),
        ("P03", "FOR_FIRST", 0.67, "medium"),
        ("P08", "DIS_COMPLAINT", 0.64, "high"),
        ("P10", "CHG_LIFE", 0.63, "medium"),
    ],
)
def test_probability_and_confidence_of_the_persona(persona, code, probability, confidence):
    cause = CAUSES[persona]
    assert (cause.code, round(cause.probability, 2), cause.confidence) == (code, probability, confidence)


def test_a_complaint_31_days_into_dormancy_has_no_effect():
    after = [Signal("DIS_COMPLAINT", "B", on=DORMANT + timedelta(days=31))]
    assert rank(after, T0, DORMANT)[0].code == "UNKNOWN"
    assert rank([Signal("DIS_COMPLAINT", "B", on=DORMANT + timedelta(days=29))], T0, DORMANT)[0].code == "DIS_COMPLAINT"


def test_ambient_signals_alone_are_no_evidence():
    assert rank([Signal("EXT_MARKET", "D"), Signal("EXT_COMPETITOR", "D")], T0, DORMANT)[0].code == "UNKNOWN"


def test_a_family_counts_once_with_its_strongest_signal():
    twice = [Signal("DIS_COMPLAINT", "B", 1 / 3, T0, "case"), Signal("DIS_COMPLAINT", "B", 1.0, T0, "case")]
    assert rank(twice, T0, DORMANT) == rank(twice[1:], T0, DORMANT)


def test_ties_go_to_the_stronger_signal_then_to_the_code():
    equal = [Signal("FOR_FADE", "C"), Signal("CHG_BUDGET", "C")]
    assert [c.code for c in rank(equal, T0, DORMANT)] == ["CHG_BUDGET", "FOR_FADE"]


def test_an_abrupt_stop_speaks_for_events_and_against_forgetting():
    assert is_abrupt([30, 30, 31], 90, 30) and not is_abrupt([30, 30, 31], 89, 30) and not is_abrupt([10, 30, 60], 200, 30)
    both = [Signal("DIS_UNRESOLVED", "B", on=T0), Signal("FOR_FADE", "C")]
    calm, abrupt = rank(both, T0, DORMANT), rank(both, T0, DORMANT, abrupt=True)
    assert abrupt[0].probability > calm[0].probability and abrupt[1].probability < calm[1].probability
