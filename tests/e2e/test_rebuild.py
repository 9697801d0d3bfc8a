"""From the archive alone to the same persons, spells and lists: ids are compared through the alias table."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import DEMO_DATE, run_cli
from tests.e2e import snapshots

# every person_id becomes the smallest member id that leads to it today
NAMED = """
with led as (
    select source_system || ':' || source_id as member, arg_max(person_id, valid_from) as person_id
    from dim_person_alias group by all
),
named as (select person_id, min(member) as member, count(*) as member_count from led group by person_id)
"""
TABLES = ("dim_person", "fct_order", "fct_state_spell", "fct_dormancy_spell", "fct_target", "fct_assignment")


def by_member(root, table: str) -> list[tuple]:
    """The rows with the member instead of the person; an order of nobody known has none."""
    stray = snapshots.query(root, f"{NAMED} select count(*) from {table} as t anti join named using (person_id) where person_id is not null")
    assert stray == [(0,)], f"{table} holds ids that no alias leads to"
    return snapshots.query(
        root, f"{NAMED} select member, t.* exclude (person_id) from {table} as t left join named using (person_id) order by all"
    )


@pytest.fixture
def rebuilt(tiny_copy):
    """The tiny DATA_ROOT without its warehouse, rebuilt from the archive and run again for the same date."""
    shutil.rmtree(tiny_copy / "warehouse")
    done = run_cli(tiny_copy, "ingest", "--rebuild", "--as-of", DEMO_DATE)
    assert done.returncode == 0, done.stdout + done.stderr
    again = run_cli(tiny_copy, "run", "--as-of", DEMO_DATE)
    assert again.returncode == 0, again.stdout + again.stderr
    return tiny_copy


def test_after_a_rebuild_from_nothing_persons_and_lists_are_the_same_through_the_alias_table(tiny_root, rebuilt):
    assert snapshots.query(tiny_root, f"{NAMED} select count(*) from named where member_count > 1")[0][0] > 0
    for table in TABLES:
        before = by_member(tiny_root, table)
        assert before and by_member(rebuilt, table) == before, table
    assert snapshots.outbox(rebuilt) == snapshots.outbox(tiny_root)
