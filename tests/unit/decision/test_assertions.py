"""Every truth across the decision marts is silent on sound tables and names the row that breaks it."""

from __future__ import annotations

import re

import duckdb
import pytest

from include.settings import REPO

AS_OF = "2024-10-01"
TESTS = REPO / "dbt_project" / "tests"

# one treated party, one hold-out, one stopped party, one customer who is awake; p4 is a contact of an account
SOUND = {
    "dim_person": """select * from (values ('p1', null), ('p2', null), ('p3', null), ('a1', null), ('p4', 'a1'))
        as t (person_id, account_id)""",
    "fct_state_spell": """select person_id, state, date '2024-01-01' as valid_from, cast(null as date) as valid_to
        from (values ('p1', 'dormant'), ('p2', 'dormant'), ('p3', 'dormant'), ('a1', 'active')) as t (person_id, state)""",
    "fct_decision": f"""select date '{AS_OF}' as as_of, * from (values
        ('p1', 'phone', 'phone'), ('p2', 'holdout', null), ('p3', 'suppressed', null)) as t (person_id, outcome, channel)""",
    "fct_target": f"""select 'L1' as list_id, 'r1' as list_row_id, 'c1' as campaign_id, 'p1' as person_id,
        'phone' as channel, date '{AS_OF}' as frozen_on, 't1' as contact_point_id, 'p1' as addressee_person_id""",
    "fct_assignment": f"""select 'c1' as campaign_id, *, date '{AS_OF}' as frozen_on, date '2024-12-30' as window_end_on
        from (values ('p1', 'h1', 'treat', 'phone'), ('p2', 'h2', 'holdout', null)) as t (person_id, cluster_id, cell, channel)""",
    "fct_list": f"select 'L1' as list_id, 'phone' as channel, date '{AS_OF}' as frozen_on, 1 as row_count",
    "fct_suppression": """select 'party' as subject_type, 'p3' as subject_id, 'phone' as channel,
        'SUP_MINOR' as suppression_code, date '2024-01-01' as from_on, cast(null as date) as until_on""",
    "fct_segment": f"select 'p1' as person_id, unnest([date '{AS_OF}', date '2024-08-31']) as as_of",
    "kpi_waterfall": """select * from (values ('universe', false, 4), ('not_dormant', true, 1), ('dormant', false, 3),
        ('suppressed', true, 1), ('eligible', false, 2), ('holdout', true, 1), ('allocated', true, 1))
        as t (step, is_leaf, party_count)""",
}

# assertion -> statements, each of which must wake it
BROKEN = {
    "assert_everybody_is_accounted_for": [
        "insert into dim_person values ('p9', null)",
        "update kpi_waterfall set party_count = 2 where step = 'holdout'",
        "update kpi_waterfall set party_count = 3 where step = 'eligible'",
        "delete from kpi_waterfall",
    ],
    "assert_every_dormant_party_has_exactly_one_decision": [
        "delete from fct_decision where person_id = 'p3'",
        "insert into fct_decision select * from fct_decision where person_id = 'p3'",
        "insert into fct_decision values (date '2024-10-01', 'a1', 'phone', 'phone')",
    ],
    "assert_nobody_is_twice_in_one_campaign": [
        "insert into fct_target select 'L2', 'r2', campaign_id, person_id, 'dm', date '2024-10-02', 'd1', 'p1' from fct_target",
    ],
    "assert_no_holdout_is_in_a_list": [
        "update fct_target set person_id = 'p2'",
        "insert into fct_assignment values ('c0', 'p1', 'h1', 'holdout', null, date '2024-09-01', date '2024-11-30')",
    ],
    "assert_no_suppressed_party_is_in_todays_lists": [
        "update fct_target set person_id = 'p3'",
        "update fct_target set addressee_person_id = 'p3'",
        "update fct_suppression set subject_type = 'contact_point', subject_id = 't1'",
    ],
    "assert_nobody_in_treatment_is_listed_again": [
        "insert into fct_assignment values ('c0', 'p1', 'h1', 'treat', 'dm', date '2024-09-01', date '2024-10-02')",
        # post that left yesterday and arrives in three days
        "insert into fct_assignment values ('c0', 'p1', 'h1', 'treat', 'dm', date '2024-09-30', date '2025-01-02')",
    ],
    "assert_a_cluster_stays_in_one_cell": ["update fct_assignment set cluster_id = 'h1'"],
    "assert_kept_days_are_as_of_and_month_ends": [
        "insert into fct_segment values ('p1', date '2024-09-29')",
        "insert into fct_decision values (date '2024-10-02', 'p1', 'phone', 'phone')",
    ],
    "assert_lists_decisions_and_assignments_agree": [
        "update fct_list set row_count = 2",
        "update fct_decision set outcome = 'no_capacity', channel = null where person_id = 'p1'",
        "delete from fct_target",
        "delete from fct_assignment where cell = 'treat'",
    ],
}
# the same kind of row on the right side of its boundary
STILL_SOUND = {
    "assert_no_holdout_is_in_a_list": [
        "insert into fct_assignment values ('c0', 'p1', 'h1', 'holdout', null, date '2024-07-03', date '2024-10-01')",
    ],
    "assert_no_suppressed_party_is_in_todays_lists": [
        "update fct_target set person_id = 'p3'; update fct_suppression set until_on = date '2024-10-01'",
        "update fct_target set person_id = 'p3'; update fct_suppression set channel = 'email'",
    ],
    "assert_nobody_in_treatment_is_listed_again": [
        "insert into fct_assignment values ('c0', 'p1', 'h1', 'treat', 'dm', date '2024-07-03', date '2024-10-01')",
    ],
}


@pytest.fixture
def marts():
    connection = duckdb.connect()
    for name, query in SOUND.items():
        connection.execute(f"create table {name} as {query}")
    yield connection
    connection.close()


def offending(marts, name: str) -> list:
    sql = (TESTS / f"{name}.sql").read_text(encoding="utf-8")
    sql = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", sql).replace("{{ as_of() }}", f"date '{AS_OF}'")
    return marts.execute(sql).fetchall()


@pytest.mark.parametrize("name", BROKEN)
def test_an_assertion_is_silent_on_sound_marts(marts, name):
    assert offending(marts, name) == []


@pytest.mark.parametrize(("name", "damage"), [(name, sql) for name, damages in BROKEN.items() for sql in damages])
def test_an_assertion_wakes_on_the_damage_it_is_for(marts, name, damage):
    marts.execute(damage)
    assert offending(marts, name) != []


@pytest.mark.parametrize(("name", "change"), [(name, sql) for name, changes in STILL_SOUND.items() for sql in changes])
def test_an_assertion_stays_silent_on_the_right_side_of_its_boundary(marts, name, change):
    marts.execute(change)
    assert offending(marts, name) == []
