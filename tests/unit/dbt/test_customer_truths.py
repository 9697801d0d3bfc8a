"""Every truth across the customer marts is silent on sound tables and names the row that breaks it."""

from __future__ import annotations

import duckdb
import pytest
import yaml

from tests.unit.dbt.rendered import AS_OF, PROJECT, singular_test

# p1 buys, sleeps and wakes up; p2 still sleeps; c1 is the contact of an account and has no state of its own
SOUND = {
    "dim_person": """select * from (values ('p1', null, date '2024-01-01'), ('p2', null, date '2024-02-01'),
        ('c1', 'a1', date '2024-01-01')) as t (person_id, account_id, first_fact_on)""",
    "fct_state_spell": """select * from (values
        ('p1', date '2024-01-01', date '2024-06-29', 'new'), ('p1', date '2024-06-29', date '2024-08-01', 'dormant'),
        ('p1', date '2024-08-01', null, 'reactivated'), ('p2', date '2024-02-01', date '2024-07-30', 'new'),
        ('p2', date '2024-07-30', null, 'dormant')) as t (person_id, valid_from, valid_to, state)""",
    "fct_dormancy_spell": """select * from (values
        ('p1', 1, date '2024-06-29', date '2024-08-01', 'reactivated'),
        ('p2', 1, date '2024-07-30', null, 'open')) as t (person_id, spell_no, dormant_on, end_on, end_type)""",
    "fct_segment": f"""select date '{AS_OF}' as as_of, person_id from (values ('p1'), ('p2')) as t (person_id)""",
    "fct_order": """select * from (values ('p1', 100), ('p1', 200), (null, 900)) as t (person_id, net_amount)""",
    "int_activity__order_day": "select 'p1' as person_id, 2 as order_count, 300 as net_amount",
    "int_dormancy__clock": "select 'p1' as person_id, date '2024-01-01' as clock_on, 'D1' as deciding_rule",
}

# truth -> statements, each of which must wake it
BROKEN = {
    "assert_states_add_up_to_the_population_every_day": [
        "delete from fct_state_spell where person_id = 'p2'",
        "update fct_state_spell set valid_from = date '2024-06-30' where state = 'dormant' and person_id = 'p1'",
        "insert into dim_person values ('p3', null, date '2024-03-01')",
        "insert into fct_state_spell select * from fct_state_spell where person_id = 'p2' and valid_to is null",
    ],
    "assert_every_dormant_party_has_exactly_one_open_spell": [
        "delete from fct_dormancy_spell where person_id = 'p2'",
        "update fct_dormancy_spell set end_on = null",
        "insert into fct_dormancy_spell values ('p2', 2, date '2024-08-30', null, 'open')",
    ],
    "assert_every_reactivation_follows_dormancy": [
        "update fct_dormancy_spell set end_on = dormant_on",
        "update fct_state_spell set state = 'active' where state = 'reactivated'",
        "delete from fct_state_spell where state = 'reactivated'",
    ],
    "assert_every_party_has_one_segment_on_as_of": [
        "delete from fct_segment where person_id = 'p2'",
        "update fct_segment set as_of = date '2024-09-30' where person_id = 'p2'",
        f"insert into fct_segment values (date '{AS_OF}', 'c1')",
    ],
    "assert_every_valid_order_counts_in_a_purchase_day": [
        "update int_activity__order_day set order_count = 1",
        "update int_activity__order_day set net_amount = 299",
        "delete from int_activity__order_day",
        "insert into int_activity__order_day values ('p2', 1, 1)",
    ],
    "assert_every_clock_day_has_a_rule": [
        "update int_dormancy__clock set deciding_rule = null",
    ],
}


def failures(name: str, change: str = "") -> int:
    with duckdb.connect() as connection:
        for table, rows in SOUND.items():
            connection.execute(f"create table {table} as {rows}")
        connection.execute(change)
        return len(connection.execute(singular_test(name)).fetchall())


def test_every_truth_has_its_own_failing_example():
    described = yaml.safe_load((PROJECT / "tests" / "_customers__tests.yml").read_text(encoding="utf-8"))
    assert {test["name"] for test in described["data_tests"]} == set(BROKEN)


@pytest.mark.parametrize("name", BROKEN)
def test_truth_is_silent_on_sound_tables(name):
    assert failures(name) == 0


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, changes in BROKEN.items() for change in changes])
def test_truth_fails_on_a_broken_table(name, change):
    assert failures(name, change) > 0
