"""The normalisation table by rule id, second part: numbers of one cell, addresses, companies, ids, orders and their lines."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from include.contracts import Column, ColumnRule
from include.ingest.types import READERS, addresses, codes, companies, contacts, dates, people, reader_for
from tests.unit.dbt.rendered import render
from tests.unit.ingest.conftest import House

HEAD = """
source: shop
version: 2
title: 試験
owner: ec-team
source_system: shop
files: ["x*"]
encoding: utf-8
purposes: [marketing]
max_bad_ratio: 1
"""
ORDERS = """
  - entity: orders
    grain: [注文]
    columns: {order_id: 注文, ordered_at: 日時, gross_amount: 合計, shipping_amount: 送料}
"""
LINES = """
  - entity: order_lines
    columns:
      order_id: 注文
      line_no: {row_number: true}
      line_type: {from: 区分, map: {"1": goods, "2": shipping, "4": discount}}
      qty: {from: 数, min: 0}
      unit_price: 価格
      tax_rate: {from: 税率, map: {"8": "0.08", "10": "0.10"}}
      net_amount: {product: [価格, 数], max: 100000}
"""


def load(house: House, feeds: str, text: str, head: str = HEAD):
    (house.settings.contracts_dirs[1] / "shop.v2.yml").write_text(f"{head}feeds:{feeds}", encoding="utf-8")
    house.put("shop", "x_20240401.csv", text)
    return house.load()


def test_norm_N12_the_contract_says_that_days_count_from_1904():
    of_old_macs = reader_for(Column("c", "date"), ColumnRule(excel_1904=True))
    assert of_old_macs.slow("43921", ColumnRule(excel_1904=True), Column("c", "date")).value == "2024-04-01"
    assert dates.read_date("45383").value == "2024-04-01"


def test_norm_N12_a_contract_with_1904_reads_its_files_so(house: House):
    feeds = "\n  - entity: orders\n    columns: {order_id: 注文, ordered_at: 日時}\n"
    load(house, feeds, "注文,日時\n1,43920.75\n", HEAD + "excel_1904: true\n")
    assert house.rows("select ordered_at::varchar from raw.orders") == [("2024-03-31 18:00:00",)]


@pytest.mark.parametrize(
    ("raw", "numbers"),
    [
        ("03-1234-5670／090-1234-5670(携帯)", [("phone", "+81312345670"), ("phone", "+819012345670")]),
        ("03-1234-5670・FAX:03-1234-5671", [("phone", "+81312345670"), ("fax", "+81312345671")]),
        ("0312345670;\n0312345671", [("phone", "+81312345670"), ("phone", "+81312345671")]), ("なし", []),
    ],
)  # fmt: skip
def test_norm_N18_every_number_of_a_cell(raw, numbers):
    assert [(kind, contacts.read_phone(text).value) for kind, text in contacts.split_numbers(raw)] == numbers


def test_norm_N18_numbers_become_ranked_contact_points(house: House):
    feeds = """
  - entity: contact_points
    split: 電話
    columns:
      contact_point_id: {hash: [会員, "#rank"]}
      party_id: 会員
      type: "#type"
      rank: "#rank"
      value_norm: {from: 電話, as: phone}
"""
    result = load(house, feeds, "会員,電話\na,03-1234-5670／090-1234-5670(携帯)、FAX03-1234-5671\nb,\nc,0120-123-450\n")
    found = house.rows("select party_id, rank, type, value_norm from raw.contact_points order by 1, 2")
    assert found == [
        ("a", 1, "phone", "+81312345670"), ("a", 2, "phone", "+819012345670"), ("a", 3, "fax", "+81312345671"),
        ("c", 1, "phone", "+81120123450"),
    ]  # fmt: skip
    assert (result.rows_loaded, result.rows_rejected) == (3, 0)


@pytest.mark.parametrize(
    ("raw", "same"),
    [
        ("港区赤坂一丁目2の3", "港区赤坂1-2-3"), ("港区赤坂１丁目２番３号　赤坂ビル5F", "港区赤坂1-2-3"),
        ("大阪市北区梅田三丁目1番3号", "大阪市北区梅田3-1-3"), ("新町大字中字原12番地", "新町中原12"),
        ("港区三田二丁目十二番地", "港区三田2-12"), ("港区 赤坂 1ー2ー3", "港区赤坂1-2-3"),
        ("東京都港区赤坂1-2-3", "港区赤坂1-2-3"), ("港区赤坂1-2-3 501号室", "港区赤坂1-2-3"),
        ("札幌市中央区北１条西二丁目", "札幌市中央区北1条西2"), ("堺市堺区大仙西町6丁184番地", "堺市堺区大仙西町6-184"),
        # city, street and building in cells of their own
        ("港区\n赤坂1-2-3\n501", "港区赤坂1-2-3"), ("港区\n赤坂1丁目\n2番3号 赤坂ビル", "港区赤坂1-2-3"),
        ("港区\n赤坂1\n2-3", "港区赤坂1-2-3"), ("港区\n\n赤坂一丁目2の3\n赤坂ビル5F", "港区赤坂1-2-3"),
    ],
)  # fmt: skip
def test_norm_N22_spellings_of_an_address_share_a_key(raw, same):
    assert addresses.read_address_key(raw).value == addresses.read_address_key(same).value == same


def test_norm_N22_numerals_in_names_the_ward_and_other_numbers_stay():
    assert addresses.read_address_key("千代田区三番町1-1").value == "千代田区三番町1-1"
    assert addresses.read_address_key("大阪市北区梅田3-1-3").value != addresses.read_address_key("大阪市西区梅田3-1-3").value
    assert addresses.read_address_key("三田二丁目十番地").value != addresses.read_address_key("三田二丁目二十番地").value
    assert addresses.read_address_key("札幌市中央区北1条西2丁目").value != addresses.read_address_key("札幌市中央区北1条西3丁目").value
    assert addresses.split_building("港区赤坂1-2-3 赤坂ビル5F") == ("港区赤坂1-2-3", "赤坂ビル5F")


@pytest.mark.parametrize("cells", [
    "港区\n赤坂1-2-3", "港区赤坂1-2-3", "港区\n三番町1-1", "新町\n大字中字原12-1", "東京都\n港区1-2", "港区赤坂1丁目2-3", "札幌市\n北1条西2-1",
    "港区\n赤坂１-2", "港区\n\n赤坂ヶ丘1-20-300", "京都市\n上京区1-2", "神\n神町1-2", "港区\n赤坂-1-2", "港区\n赤坂1", "港区\n6丁184-1",
])  # fmt: skip
def test_norm_N22_the_fast_reading_of_an_address_is_the_slow_one(cells):
    fast = duckdb.sql("select " + READERS["address_key"].fast.replace("{x}", "x") + " from (select ?::varchar as x)", params=[cells]).fetchone()[0]
    assert fast in (None, addresses.read_address_key(cells).value)


def test_norm_N22_a_plain_address_is_read_fast():
    sql = "select " + READERS["address_key"].fast.replace("{x}", "x") + " from (select ?::varchar as x)"
    assert duckdb.sql(sql, params=["港区\n赤坂1-2-3"]).fetchone()[0] == "港区赤坂1-2-3"


@pytest.mark.parametrize(
    ("family", "company", "printed"),
    [("'山田'", "'ABC株式会社'", "山田 太郎 様"), ("null", "'ABC株式会社'", "ABC株式会社 御中"), ("null", "null", "お客 様")],
)
def test_norm_N25_a_person_is_sama_an_organisation_onchu_never_both(house: House, family, company, printed):
    given = "'太郎'" if family != "null" else "null"
    row = f"select {family} as family_name, {given} as given_name, {company} as account_name"
    name = render("{{ printed_name(contact='c') }}")
    assert house.rows(f"select {name} from ({row}) as c") == [(printed,)]


@pytest.mark.parametrize(
    ("raw", "position"),
    [("㈱ＡＢＣ", "front"), ("ABC 株式会社", "back"), ("㍿ABC", "front"), ("ABC K.K.", "back"), ("(株)abc", "front"), ("カ)ABC", "front")],
)
def test_norm_N26_the_form_of_a_company_is_apart_from_its_name(raw, position):
    assert companies.read_company_key(raw).value == "ABC"
    assert companies.read_legal_form(raw).value == "株式会社"
    assert companies.read_legal_position(raw).value == position


def test_norm_N26_other_forms_and_names_without_one():
    assert companies.split("医療法人社団 青空会") == ("青空会", "医療法人社団", "front")
    assert companies.split("KKR ホテル") == ("KKR ホテル", None, "none")
    assert companies.read_legal_form("株式会社").value is None


@pytest.mark.parametrize("name", ["キヤノン", "ニッカ", "二ッカ", "エ藤", "工藤", "杜氏", "ー力"])
def test_norm_N27_look_alikes_are_never_rewritten(name):
    assert people.read_name(name).value == codes.read_text(name).value == name
    assert companies.split(name)[0] == name


@pytest.mark.parametrize(("raw", "number", "reject"), [("7000012050002", "7000012050002", None), ("8000012050002", None, "N28"), ("7-0000-1205-0002", "7000012050002", None), ("700001205000", None, "N28"), ("", None, None)])
def test_norm_N28_a_corporate_number_has_its_check_digit(raw, number, reject):
    cell = codes.read_corporate_number(raw)
    assert (cell.value, cell.reject) == (number, reject)


def test_norm_N28_a_wrong_number_rejects_its_row(house: House):
    load(house, "\n  - entity: accounts\n    columns: {account_id: 社, corporate_number: 番号}\n", "社,番号\na,7000012050002\nb,8000012050002\n")
    assert house.rows("select account_id from raw.accounts") == [("a",)]
    assert house.rows("select column_name, rule_id from ops.rejected_row") == [("番号", "N28")]


DELTA = "通話,開始,更新\nc1,2024-03-01 10:00,2024-03-01 12:00\nc2,2024-03-02 10:00,2024-03-02 12:00\n"
OVERLAP = "通話,開始,更新\nc2,2024-03-02 10:00,2024-03-02 12:00\nc3,2024-03-03 10:00,2024-03-03 12:00\n"
CALLS = "\n  - entity: calls\n    columns: {call_id: 通話, started_at: 開始, updated_at: 更新}\n"


def test_norm_N37_the_same_delta_twice_changes_nothing(house: House):
    load(house, CALLS, DELTA, HEAD + "mode: delta\n")
    before = house.table("calls")
    house.put("shop", "x_20240401.csv", DELTA)
    assert house.load().rows_loaded == 0
    assert house.table("calls") == before and len(before) == 2


def test_norm_N37_deltas_that_overlap_give_each_key_once(house: House):
    load(house, CALLS, DELTA, HEAD + "mode: delta\n")
    house.put("shop", "x_20240402.csv", OVERLAP)
    assert house.load().rows_loaded == 2
    latest = render("{{ latest_as_known('calls', key=['call_id'], event='started_at') }}", as_of="2024-04-10")
    assert house.rows(f"select call_id from ({latest}) order by 1") == [("c1",), ("c2",), ("c3",)]


def test_norm_N40_an_order_of_three_lines_counts_once(house: House):
    text = "注文,日時,合計,送料,区分,数,価格,税率\n"
    text += "1,2024-03-01,3800,500,1,1,1000,10\n1,2024-03-01,3800,500,1,2,1000,10\n1,2024-03-01,3800,500,2,1,500,10\n"
    load(house, ORDERS + LINES, text)
    assert house.rows("select sum(gross_amount), sum(shipping_amount), count(*) from raw.orders") == [(3800, 500, 1)]
    assert house.rows("select sum(net_amount) filter (line_type = 'goods'), count(*) from raw.order_lines") == [(3000, 3)]


def test_norm_N40_totals_on_the_first_line_only_are_taken_once(house: House):
    feeds = ORDERS.replace("    grain", "    when: {column: 合計}\n    grain")
    load(house, feeds + LINES, "注文,日時,合計,送料,区分,数,価格,税率\n1,2024-03-01,3000,0,1,1,1000,10\n1,,,,1,2,1000,10\n")
    assert house.rows("select order_id, gross_amount from raw.orders") == [("1", 3000)]
    assert house.rows("select sum(net_amount) from raw.order_lines") == [(3000,)]


def test_norm_N41_each_line_loses_the_tax_of_its_own_rate(house: House):
    feeds = LINES.replace("    columns:", "    tax_included: [net_amount]\n    columns:")
    result = load(house, feeds, "注文,区分,数,価格,税率\n1,1,1,1080,8\n1,1,1,1100,10\n2,1,1,1100,\n")
    assert house.rows("select sum(net_amount) from raw.order_lines") == [(Decimal(2000),)]
    assert result.rows_rejected == 1
    assert house.rows("select column_name, rule_id from ops.rejected_row") == [("価格", "N41")]


def test_norm_N43_salesforce_ids_are_case_sensitive_and_18_long():
    assert codes.read_id("001D000000IqhSL", "salesforce").value == "001D000000IqhSLIAZ"
    upper, lower = (codes.read_id(f"001A000001abcd{sign}", "salesforce").value for sign in "Bb")
    assert upper != lower and upper.casefold() != lower.casefold()
    assert codes.read_id("001D000000IqhSLIAZ", "salesforce").value == "001D000000IqhSLIAZ"


def test_norm_N43_a_short_id_meets_the_long_one_of_another_export(house: House):
    feeds = "\n  - entity: accounts\n    columns: {account_id: {from: 社, id_format: salesforce}}\n"
    load(house, feeds, "社\n001D000000IqhSL\n001D000000IqhSLIAZ\n")
    assert house.rows("select distinct account_id from raw.accounts") == [("001D000000IqhSLIAZ",)]


def test_norm_N44_the_newest_version_of_an_event_counts(house: House):
    feeds = "\n  - entity: calls\n    columns: {call_id: 通話, started_at: 開始, talk_sec: 秒, updated_at: 更新}\n"
    text = "通話,開始,秒,更新\nc1,2024-03-01 10:00,60,2024-03-01 12:00\nc1,2024-03-01 10:00,,2024-03-01 11:00\n"
    load(house, feeds, text)
    latest = render("{{ latest_as_known('calls', key=['call_id'], event='started_at') }}", as_of="2024-04-10")
    assert house.rows(f"select call_id, talk_sec from ({latest})") == [("c1", 60)]
    assert house.rows("select count(*) from raw.calls") == [(2,)]


@pytest.mark.parametrize(("qty", "price", "column"), [("-1", "100", "数"), ("2", "60000", "価格")])
def test_norm_N45_outside_the_contracts_limits_is_rejected(house: House, qty, price, column):
    result = load(house, LINES, f"注文,区分,数,価格,税率\n1,1,{qty},{price},10\n2,1,1,100000,10\n3,1,0,0,10\n")
    assert house.rows("select order_id from raw.order_lines order by 1") == [("2",), ("3",)]
    assert result.rows_rejected == 1
    assert house.rows("select distinct column_name, rule_id from ops.rejected_row") == [(column, "N45")]
