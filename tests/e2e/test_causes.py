"""Causes of random histories and personas: the models rank what the independent reading of §3 ranks, spell by spell."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.oracle import personas, signals, world
from tests.oracle.known import Rows


def ranked(rows: Rows) -> list[list]:
    return sorted([str(t.dormant_on), t.rank, t.code, t.source, t.probability, t.confidence, t.inferred] for t in told(rows))


def told(rows: Rows) -> list[signals.Told]:
    return signals.told({**rows, "products": world.PRODUCTS}, world.AS_OF)


@pytest.fixture(scope="module")
def parties() -> dict[str, Rows]:
    """Personas, and histories with signs of a cause."""
    return {name: case.party.rows for name, case in personas.CASES.items()} | world.signed_histories()


@pytest.fixture(scope="module")
def models(persona_root) -> dict[str, list]:
    found: dict[str, list] = {}
    for name, *row in world.kept(persona_root, world.AS_OF, "causes"):
        found.setdefault(name, []).append(row)
    return found


def test_models_and_reference_reading_rank_the_same_causes(models, parties):
    differing = {}
    for name, rows in parties.items():
        if (wanted := ranked(rows)) != sorted(models.get(name, [])):
            differing[name] = {"reading": wanted, "models": models.get(name)}
    assert len(parties) >= 500
    assert not differing, f"{len(differing)} of {len(parties)}: {dict(list(differing.items())[:3])}"


def test_histories_meet_the_causes_and_both_kinds_of_word(parties):
    causes = [cause for rows in parties.values() for cause in told(rows)]
    codes = Counter(cause.code for cause in causes)
    assert {code for code, count in codes.items() if count >= 5} >= {
        "DIS_COMPLAINT", "DIS_UNRESOLVED", "DIS_LOWSCORE", "DIS_QUALITY", "DIS_PRICE", "DIS_FATIGUE", "CHG_LIFE", "CHG_ORG",
        "CHG_BUDGET", "CHG_SURPLUS", "CHG_NEED", "FOR_FIRST", "FOR_FADE", "FOR_RESCHED", "EXT_COMPETITOR", "INV_REACH", "UNKNOWN",
    }  # fmt: skip
    assert {cause.source for cause in causes} == {"inferred", "heard", "survey"}
    assert {cause.confidence for cause in causes} == {"high", "medium", "low"}
