"""Merges against the planted truth: which member ids are one natural person."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

PAIRS = """
with members as (
    select party_key, person_id, person_key
    from intermediate.int_identity__member
    inner join (
        select source_system || ':' || source_customer_id as party_key, person_key from read_parquet(?)
    ) using (party_key)
),
pairs as (
    select one.person_id = other.person_id as is_merged, one.person_key = other.person_key as is_same
    from members as one
    inner join members as other on one.party_key < other.party_key
    where one.person_id = other.person_id or one.person_key = other.person_key
)
select
    count(*) filter (is_merged and is_same), count(*) filter (is_merged and not is_same), count(*) filter (is_same and not is_merged)
from pairs
"""


@pytest.fixture
def outcome(tiny_root: Path) -> tuple[int, int, int]:
    """Pairs of member ids: rightly merged, wrongly merged, missed."""
    with duckdb.connect(str(tiny_root / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(PAIRS, [str(tiny_root / "truth" / "members.parquet")]).fetchone()


def test_double_members_of_the_shop_are_found_recall(outcome):
    right, _, missed = outcome
    assert right >= 5
    assert right / (right + missed) >= 0.95


def test_merges_are_of_one_person_precision(outcome):
    # at most one coincidence: two of a household with one telephone, the same drawn name and one unknown date of birth
    right, wrong, _ = outcome
    assert wrong <= 1 and right / (right + wrong) >= 0.9
