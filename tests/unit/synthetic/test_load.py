"""The tiny set goes through ingest into raw: nothing lost, dirt gone, only the planted rows refused."""

import json
from collections import Counter

import pytest

from include import ingest, synthetic, warehouse
from include.synthetic.exports import LAYOUTS
from tests.conftest import settings_for

# raw entity ← source, and the key that makes repeated rows one
ENTITIES = {
    "eccube_customers": ("customers", "source_customer_id", "会員ID"),
    "eccube_orders": ("orders", "order_id", "注文ID"),
    "contact_centre_inquiries": ("inquiries", "inquiry_id", "受付番号"),
    "call_results": ("calls", "call_id", "通話ID"),
    "consents": ("consents", "consent_event_id", "同意ID"),
    "salesforce_accounts": ("accounts", "account_id", "Id"),
    "salesforce_activities": ("activities", "activity_id", "Id"),
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Settings and results by source of a loaded tiny set; its landing is empty again."""
    config = settings_for(tmp_path_factory.mktemp("loaded") / "data")
    synthetic.generate(config, "tiny")
    ingest.prepare(config)
    sources = ingest.scan(config, synthetic.AS_OF)
    return config, {source: ingest.load_source(config, source, synthetic.AS_OF, "test") for source in sources}


@pytest.fixture(scope="module")
def ask(loaded):
    config, _ = loaded

    def rows(sql: str) -> list[tuple]:
        with warehouse.reader(config) as connection:
            return connection.execute(sql).fetchall()

    return rows


def test_every_source_loads_and_none_is_red(loaded):
    _, results = loaded
    assert set(results) == set(LAYOUTS)
    assert [source for source, result in results.items() if result.is_red] == []
    assert all(result.rows_in == result.rows_loaded + result.rows_rejected + result.rows_superseded for result in results.values())


def test_exactly_the_planted_rows_are_refused(tiny, loaded, ask):
    planted = json.loads((tiny.config.truth / "dirt.json").read_text(encoding="utf-8"))
    expected = Counter()
    for source, cells in planted.items():
        for cell in cells:
            if cell["rule"] == "REJECT" and cell["cells"]:
                expected[source, cell["column"]] += cell["cells"]
    found = ask("select source, column_name, count(*) from ops.rejected_row group by all")
    assert {(source, column): count for source, column, count in found} == dict(expected)
    assert {source: r.rows_rejected for source, r in loaded[1].items() if r.rows_rejected} == {
        source: count for (source, _), count in expected.items()
    }


def test_no_column_of_any_file_is_unknown_to_its_contract(loaded):
    messages = [message for result in loaded[1].values() for message in result.messages]
    assert [message for message in messages if "extra_json" in message] == []


@pytest.mark.parametrize("source", ENTITIES)
def test_raw_holds_every_key_of_the_file_and_no_footer(tiny, ask, source):
    entity, key, header = ENTITIES[source]
    raw = {value for (value,) in ask(f"select {key} from raw.{entity}")}
    refused = {"2024-13-45 99:00:00", "2024-02-30 25時"}
    written = {row[header] for row in tiny.rows(source) if not refused & set(row.values())}
    assert raw == written


TRUE_CUSTOMERS = """
    from raw.customers c
    join read_parquet('{truth}/members.parquet') m using (source_customer_id)
    join read_parquet('{truth}/persons.parquet') p using (person_key)
"""


@pytest.mark.parametrize(
    "column, true_value",
    [
        ("c.phone", "case when p.phone <> '' then '+81' || substr(p.phone, 2) end"),
        ("c.postal_code", "nullif(p.postal_code, '')"),
        ("c.prefecture_code", "case when p.prefecture_id <> '' then lpad(p.prefecture_id, 2, '0') end"),
        ("c.birth_date", "p.birth_on"),
        ("c.is_deceased", "p.is_deceased"),
        ("c.is_test", "p.is_test"),
    ],
)
def test_dirt_is_cleaned_back_to_the_planted_truth(tiny, ask, column, true_value):
    truth = TRUE_CUSTOMERS.format(truth=tiny.config.truth)
    differs = f"{column} is distinct from {true_value}"
    wrong = ask(f"select c.source_customer_id, {column}, {true_value} {truth} where {differs}")
    assert wrong == []
    assert ask(f"select count({column}) {truth}")[0][0] > 300


def test_a_dirty_email_is_the_clean_one_or_none(tiny, ask):
    truth = TRUE_CUSTOMERS.format(truth=tiny.config.truth)
    wrong = ask(f"""
        select c.email, p.email {truth}
        where c.email is distinct from nullif(p.email, '') and not p.is_second_member
    """)
    assert wrong == []


def test_names_lose_half_width_kana_and_the_honorific_but_keep_their_characters(ask):
    assert ask("select count(*) from raw.customers where regexp_matches(family_name_kana, '[ｦ-ﾟ]')") == [(0,)]
    assert ask("select count(*) from raw.customers where given_name like '%様'") == [(0,)]
    assert ask("select count(*) > 0 from raw.customers where regexp_matches(family_name, '[髙﨑]')") == [
        (True,)
    ]


def test_last_valid_order_in_raw_is_the_planted_one(tiny, ask):
    wrong = ask(f"""
        with last as (
            select party_id, max(cast(ordered_at as date)) as last_on from raw.orders
            where status in ('pending', 'confirmed', 'paid', 'shipped') group by party_id
        )
        select m.source_customer_id from read_parquet('{tiny.config.truth}/members.parquet') m
        left join last on last.party_id = m.source_customer_id
        where last.last_on is distinct from m.last_valid_on
    """)
    assert wrong == []


def test_subscription_orders_know_their_course_and_cycle(ask):
    ((wrong, found),) = ask("""
        select count(*) filter (where s.subscription_id is null or o.cycle_no < 1), count(*)
        from raw.orders o left join raw.subscriptions s using (subscription_id)
        where o.order_type = 'subscription' and o.status = 'shipped'
    """)
    assert wrong == 0 and found > 200
    assert ask(
        "select count(*) from raw.orders where order_type = 'single' and subscription_id is not null"
    ) == [(0,)]


def test_a_reason_heard_on_the_phone_becomes_a_hearing(ask):
    assert ask("select count(*) > 0, count(*) = count(reason_code) from raw.hearings") == [(True, True)]


def test_utc_times_become_japanese_ones(tiny, ask):
    row = tiny.rows("salesforce_accounts")[0]
    assert row["CreatedDate"].endswith("T01:00:00.000Z")
    assert ask(
        f"select extract(hour from registered_at) from raw.accounts where account_id = '{row['Id']}'"
    ) == [(10,)]
