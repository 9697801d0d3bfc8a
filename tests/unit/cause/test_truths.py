"""The truth about evidence is silent on sound rows and names the reference that leads nowhere."""

from __future__ import annotations

import duckdb
import pytest

from tests.unit.dbt.rendered import singular_test

SOUND = {
    "stg_orders": "'o1' as order_id",
    "stg_inquiries": "'q1' as inquiry_id",
    "stg_hearings": "'h1' as hearing_id",
    "stg_customer_prefectures": "'c1' as customer_key",
    "stg_life_events": "'c1' as party_key, 'move' as code, date '2024-05-05' as occurred_on",
    "stg_subscriptions": "'s1' as subscription_id",
    "stg_subscription_events": "'s1' as subscription_id, timestamp '2024-05-05' as event_at, 'skip' as type",
    "stg_contacts": "'k1' as contact_key",
    "stg_accounts": "'a1' as account_key",
    "stg_deals": "'d1' as deal_id",
    "stg_consents": "'e1' as consent_event_id",
    "stg_responses": "'r1' as response_id",
    "stg_campaign_contacts": "'m1' as campaign_contact_id",
    "stg_contact_points": "'t1' as contact_point_id",
    "stg_calls": "'l1' as call_id",
    "stg_products": "'p1' as product_id",
    "stg_market_events": "'n1' as event_id",
    "int_cause__market": "'食品' as category_l1, date '2024-05-01' as month_on",
}


def lost(refs: str) -> list[str]:
    with duckdb.connect() as connection:
        for table, columns in SOUND.items():
            connection.execute(f"create table {table} as select {columns}")
        connection.execute(
            "create table int_cause__ranked as select 'p' as person_id, 1 as spell_no, 1 as cause_rank, ? as evidence_refs", [refs]
        )
        return [row[-1] for row in connection.execute(singular_test("assert_every_cause_rests_on_rows_that_exist")).fetchall()]


@pytest.mark.parametrize(
    "refs",
    [
        "orders:o1,inquiries:q1", "life_events:c1|move|2024-05-05", "subscription_events:s1|2024-05-05 00:00:00|skip",
        "category_months:食品|2024-05-01,campaign_contacts:m1,calls:l1",
    ],
)  # fmt: skip
def test_references_of_every_kind_are_found(refs):
    assert lost(refs) == []


def test_a_reference_to_a_row_that_does_not_exist_is_named():
    assert lost("orders:o1,orders:o2") == ["orders:o2"]
    assert lost("inquiries:o1") == ["inquiries:o1"]


def unmapped(reason: str) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute("create table causes as select 'DIS_PRICE' as cause_code")
        connection.execute("create table stop_reasons as select 'DECEASED' as reason_code")
        connection.execute("create table stg_subscriptions as select 'ec' as source_system, ? as cancel_reason_code", [reason])
        connection.execute("create table stg_accounts as select 'sf' as source_system, 'DECEASED' as cancel_reason_code")
        connection.execute("create table stg_deals as select 'sf' as source_system, cast(null as varchar) as lost_reason_code")
        return connection.execute(singular_test("assert_every_reason_for_leaving_is_mapped")).fetchall()


def test_a_reason_that_no_row_of_the_mapping_knows_is_named():
    assert unmapped("DIS_PRICE") == []
    assert unmapped("気分") == [("subscriptions", "ec", "気分")]
