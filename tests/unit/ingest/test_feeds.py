"""Each way a contract can make a column from a file, and what it does with values it does not know."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.ingest.conftest import House

HEAD = """
source: shop
version: 2
title: 試験
owner: ec-team
source_system: shop
files: ["x*.csv"]
encoding: utf-8
purposes: [marketing]
max_bad_ratio: 1
feeds:
"""


@pytest.fixture
def feed(house: House):
    """Load a file under a contract made of these feeds; returns the result."""

    def load(feeds: str, text: str, head: str = HEAD):
        (house.settings.contracts_dirs[1] / "shop.v2.yml").write_text(head + feeds, encoding="utf-8")
        house.put("shop", "x_20240401.csv", text)
        return house.load()

    return load


CUSTOMERS = """
  - entity: customers
    columns:
      source_customer_id: 会員
"""


def test_map_translates_and_rejects_what_it_does_not_know(house: House, feed):
    result = feed(CUSTOMERS + "      gender: {from: 性別, map: {'1': M, '２': F, '': X}}\n", "会員,性別\na,1\nb,2\nc,9\nd,\ne,-\n")
    assert house.rows("select source_customer_id, gender from raw.customers order by 1") == [
        ("a", "M"), ("b", "F"), ("d", None), ("e", None),
    ]  # fmt: skip
    assert result.rows_rejected == 1
    assert house.rows("select source_row, column_name, rule_id from ops.rejected_row") == [(4, "性別", "N-MAP")]


def test_a_code_column_without_map_takes_its_canonical_codes_only(house: House, feed):
    feed(CUSTOMERS + "      member_status: 状態\n", "会員,状態\na,MEMBER\nb,会員\n")
    assert house.rows("select source_customer_id, member_status from raw.customers") == [("a", "member")]


def test_match_takes_the_first_pattern_and_reads_an_empty_cell_as_empty_text(house: House, feed):
    rules = CUSTOMERS + "      is_test: {from: メモ, match: [['(?s).*テスト.*', true], ['(?s).*', false]]}\n"
    feed(rules, '会員,メモ\na,"これは\nテスト会員"\nb,\nc,普通\n')
    assert house.rows("select source_customer_id, is_test from raw.customers order by 1") == [
        ("a", True), ("b", False), ("c", False),
    ]  # fmt: skip


def test_match_without_a_fitting_pattern_rejects_the_row(house: House, feed):
    feed(CUSTOMERS + "      member_status: {from: 状態, match: [['本.*', member]]}\n", "会員,状態\na,本会員\nb,仮\nc,\n")
    assert house.rows("select source_customer_id, member_status from raw.customers order by 1") == [("a", "member"), ("c", None)]


def test_extract_takes_the_group_or_nothing(house: House, feed):
    rules = CUSTOMERS + "      member_rank: {from: 注文番号, extract: 'T(\\d+)-\\d+'}\n"
    feed(rules, "会員,注文番号\na,T0012-003\nb,S1\n")
    assert house.rows("select source_customer_id, member_rank from raw.customers order by 1") == [("a", "0012"), ("b", None)]


def test_polarity_belongs_to_the_column_and_unknown_is_not_yes(house: House, feed):
    rules = CUSTOMERS + "      is_employee: {from: 一般, polarity: {'1': false, '0': true}}\n"
    feed(rules, "会員,一般\na,0\nb,1\nc,はい\n")
    found = house.rows("select source_customer_id, is_employee, extra_json from raw.customers order by 1")
    assert found == [("a", True, None), ("b", False, None), ("c", None, '{"一般":"はい"}')]


def test_parts_of_one_cell_feed_several_columns(house: House, feed):
    rules = CUSTOMERS + "      family_name: {from: 氏名, part: family}\n      given_name: {from: 氏名, part: given}\n"
    feed(rules, "会員,氏名\na,山田　太郎様\nb,山田太郎\n")
    found = house.rows("select source_customer_id, family_name, given_name from raw.customers order by 1")
    assert found == [("a", "山田", "太郎"), ("b", "山田太郎", None)]


def test_when_filters_rows_by_value_or_by_presence(house: House, feed):
    two = CUSTOMERS + "  - entity: products\n    when: {column: 区分, in: [品]}\n    columns: {product_id: 会員}\n"
    two += "  - entity: agents\n    when: {column: 区分}\n    columns: {agent_id: 会員}\n"
    result = feed(two, "会員,区分\na,品\nb,\nc,人\n")
    assert house.rows("select product_id from raw.products") == [("a",)]
    assert house.rows("select agent_id from raw.agents order by 1") == [("a",), ("c",)]
    assert result.rows_loaded == 3


def test_a_row_rejected_by_one_feed_is_in_none(house: House, feed):
    two = CUSTOMERS + "  - entity: products\n    columns: {product_id: 会員, list_price: 価格}\n"
    result = feed(two, "会員,価格\na,1\nb,高い\n")
    assert house.rows("select source_customer_id from raw.customers") == [("a",)]
    assert (result.rows_loaded, result.rows_rejected) == (1, 1)


def test_a_grain_collapses_rows_with_its_aggregates(house: House, feed):
    orders = """
  - entity: orders
    grain: [注文]
    columns:
      order_id: 注文
      ordered_at: {from: 日時, aggregate: max}
      gross_amount: {from: 金額, aggregate: sum}
      channel: 経路
"""
    feed(orders, "注文,日時,金額,経路\n1,2024-03-01,100,\n1,2024-03-02,50,web\n1,2024-03-01,1,tel\n2,2024-03-05,7,\n")
    found = house.rows("select order_id, cast(ordered_at as date)::varchar, gross_amount, channel, source_row from raw.orders order by 1")
    assert found == [("1", "2024-03-02", Decimal(151), "web", 2), ("2", "2024-03-05", Decimal(7), None, 5)]


def test_scale_and_percent_and_on_error(house: House, feed):
    deals = """
  - entity: deals
    columns:
      deal_id: 案件
      opened_on: {from: 日付, formats: ["%y/%m/%d"]}
      amount: {from: 金額, scale: "1000", on_error: "null"}
"""
    feed(deals, "案件,日付,金額\na,24/3/1,12\nb,2024-03-01,未定\n")
    found = house.rows("select deal_id, opened_on::varchar, amount, extra_json from raw.deals order by 1")
    assert found == [("a", "2024-03-01", Decimal(12000), None), ("b", "2024-03-01", None, '{"金額":"未定"}')]


def test_the_scale_of_a_product_counts_once(house: House, feed):
    deals = """
  - entity: deals
    columns:
      deal_id: 案件
      opened_on: 日付
      amount: {product: [単価, 数], scale: "1000"}
"""
    feed(deals, "案件,日付,単価,数\na,2024-03-01,12,3\nb,2024-03-01,１２,3\n")
    assert house.rows("select deal_id, amount from raw.deals order by 1") == [("a", Decimal(36000)), ("b", Decimal(36000))]


def test_a_file_without_header_takes_the_contracts_names(house: House, feed):
    head = HEAD.replace("encoding: utf-8", "encoding: utf-8\nheader: false\ncolumns: [会員, 不要]")
    feed(CUSTOMERS, "a,1\nb,2\n", head)
    assert house.rows("select source_customer_id, source_row from raw.customers order by 1") == [("a", 1), ("b", 2)]


def test_a_row_without_its_key_is_rejected(house: House, feed):
    feed(CUSTOMERS + "      city: 町\n", "会員,町\n,x\n不明,y\na,z\n")
    assert house.rows("select source_customer_id from raw.customers") == [("a",)]
    assert house.rows("select distinct rule_id from ops.rejected_row") == [("REQUIRED",)]


def test_norm_N36_a_deleted_row_is_kept_and_marked(house: House, feed):
    feed(CUSTOMERS + "      is_deleted: コントロールカラム\n", "会員,コントロールカラム\na,d\nb,u\nc,\n")
    assert house.rows("select source_customer_id, is_deleted from raw.customers order by 1") == [("a", True), ("b", False), ("c", False)]


def test_aliases_are_tried_in_order_and_header_spelling_does_not_matter(house: House, feed):
    rules = "\n  - entity: customers\n    columns:\n      source_customer_id: [会員番号, 会員ID]\n      city: 住所1\n"
    feed(rules, "\ufeff会員ＩＤ, 住所１\n0012,港区\n".encode())
    assert house.rows("select source_customer_id, city from raw.customers") == [("0012", "港区")]


def test_record_hash_follows_the_content_only(house: House, feed):
    feed(CUSTOMERS + "      city: 町\n", "会員,町\na,港区\n")
    house.put("shop", "x_20240402.csv", "会員,町\na, 港区 \n")
    house.load()
    house.put("shop", "x_20240403.csv", "会員,町\na,中央区\n")
    house.load()
    hashes = [row[0] for row in house.rows("select record_hash from raw.customers order by business_date")]
    assert hashes[0] == hashes[1] != hashes[2]


def test_consent_values_and_contact_values_are_spelled_alike(house: House, feed):
    both = CUSTOMERS + "      phone: 電話\n      email: メール\n"
    both += "  - entity: consents\n    columns: {consent_event_id: 会員, consented_at: 日, contact_value: 電話}\n"
    feed(both, "会員,電話,メール,日\na,090-1234-5670,A@EXAMPLE.JP,2024-03-01\n")
    assert house.rows("select c.phone = n.contact_value, c.email from raw.customers c cross join raw.consents n") == [(True, "A@example.jp")]
