"""The inferred causes of a generated world against its planted truth. The truth is read here only; no model sees it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from include import ingest, synthetic, transform
from tests.conftest import built_once, settings_for

PERSONS = 4_000  # enough for a calibration error to mean something: some 1,300 dormant persons with an inferred cause
GRADED = """
with known as (
    select distinct person_id, cause_code as truth
    from read_parquet(?) as members
    inner join read_parquet(?) as persons using (person_key)
    inner join intermediate.int_identity__member as records
        on records.party_key = members.source_system || ':' || members.source_customer_id
    where has_stopped
)
select truth, cause_code, probability
from known
inner join intermediate.int_cause__inferred as inferred using (person_id)
inner join intermediate.int_dormancy__spell using (person_id, spell_no)
where end_on is null and cause_rank = 1
"""


def build(root: Path) -> None:
    settings = settings_for(root)
    synthetic.PROFILES["causes"] = PERSONS
    synthetic.generate(settings, "causes")
    as_of: date = synthetic.AS_OF
    ingest.prepare(settings)
    for source in ingest.scan(settings, as_of):
        assert not ingest.load_source(settings, source, as_of, "causes").is_red
    transform.prepare(settings, as_of)
    for layer in ("staging", "people", "dormancy"):
        transform.build(settings, layer, as_of)


@pytest.fixture(scope="module")
def graded(shared_tmp: Path) -> list[tuple[str, str, float]]:
    """(planted cause, inferred cause, its probability) of everybody who stopped and sleeps."""
    root = built_once(shared_tmp, "causes", build)
    with duckdb.connect(str(root / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        truth = [str(root / "truth" / f"{name}.parquet") for name in ("members", "persons")]
        return connection.execute(GRADED, truth).fetchall()


def is_dissatisfied(code: str) -> bool:
    return code.startswith("DIS_")


def test_four_of_five_dissatisfied_are_found(graded):
    found = [is_dissatisfied(inferred) for truth, inferred, _ in graded if is_dissatisfied(truth)]
    assert len(found) > 300
    assert sum(found) / len(found) >= 0.8


def test_who_is_called_dissatisfied_is_so_in_seven_of_ten_cases(graded):
    right = [is_dissatisfied(truth) for truth, inferred, _ in graded if is_dissatisfied(inferred)]
    assert sum(right) / len(right) >= 0.7
    # and the world is no easy one: some have every sign of a reason that is none
    assert sum(right) < len(right)


def calibration_error(graded: list[tuple[str, str, float]]) -> float:
    """Expected calibration error over ten bins; UNKNOWN claims nothing."""
    claims = [(probability, truth == inferred) for truth, inferred, probability in graded if inferred != "UNKNOWN"]
    gaps = {}
    for probability, is_right in claims:
        gaps.setdefault(min(int(probability * 10), 9), []).append(is_right - probability)
    return sum(abs(sum(gap)) for gap in gaps.values()) / len(claims)


def test_probabilities_mean_what_they_say(graded):
    assert calibration_error(graded) < 0.05


def test_the_error_sees_a_model_that_claims_too_much(graded):
    assert calibration_error([(truth, inferred, 0.99) for truth, inferred, _ in graded]) > 0.15


def test_every_cause_with_traces_is_found_somewhere(graded):
    # a switch to a competitor that was stated is churn, and no open spell
    found = {truth for truth, inferred, _ in graded if truth == inferred}
    assert found >= {
        "DIS_COMPLAINT", "DIS_UNRESOLVED", "DIS_LOWSCORE", "DIS_PRICE", "DIS_QUALITY", "DIS_FATIGUE", "CHG_LIFE", "CHG_BUDGET",
        "CHG_SURPLUS", "CHG_NEED", "FOR_FIRST", "FOR_FADE", "INV_PAYMENT", "INV_REACH",
    }  # fmt: skip
