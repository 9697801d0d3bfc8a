"""Personas and rules from files to the person: landing -> ingest -> staging -> identity -> stops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.unit.dbt.small_house import SmallHouse, delivered
from tests.unit.ingest.conftest import House, build_house, open_the_gate

OCTOBER = date(2024, 10, 1)
CUSTOMERS = "source_system,source_customer_id,family_name,given_name,family_name_kana,given_name_kana,email,phone,postal_code,prefecture_code,city,address_line1"
ORDERS = "source_system,order_id,party_id,ordered_at,status,net_amount,currency_code,is_gift,ship_to_party_id"
CONSENTS = "consent_event_id,party_id,contact_point_id,channel,contact_value,purpose,action,consented_at"
POINTS = "contact_point_id,party_id,type,value_norm"
LIST_ROWS = "list_id,list_row_id,list_sha256,campaign_id,person_id,cluster_id,channel,cell,stratum,tier,anchor_on,approved_by,known_at"
RETURNED = "管理番号,架電日時,通話秒,架電回数,担当者,応対結果,聴取理由,次回連絡日,スクリプト"
SHOP_CUSTOMERS = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Phone,Accepts SMS Marketing,Tags"
SHOP_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfilled at,Accepts Marketing,Currency,Shipping,Taxes,Total,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Zip,Cancelled at,Refunded Amount,Id"
)
# source, file name, header, lines; delivered in this order
FILES = [
    ("generic", "customers_20240101.csv", CUSTOMERS, [
        "ec,mother,山田,花子,ヤマダ,ハナコ,,03-1111-2222,100-0001,13,千代田区,千代田1-1",
        "ec,daughter,山田,桃子,ヤマダ,モモコ,,03-1111-2222,100-0001,13,千代田区,千代田1-1",
        "ec,p22,森,葵,モリ,アオイ,,090-2222-0000,,,,", "pos,p22,森,葵,モリ,アオイ,,090-2222-0000,,,,",
        "ec,gaiji,〓藤,一,サイトウ,ハジメ,saito@example.jp,090-3333-0000,100-0001,13,千代田区,千代田1-2",
        "ec,plain,斎藤,二,サイトウ,ジロウ,jiro@example.jp,090-3333-1111,100-0001,13,千代田区,千代田1-3",
        "ec,refused,林,実,ハヤシ,ミノル,,090-4444-0000,,,,", "ec,dnc,原,幸,ハラ,サチ,,090-4444-1111,,,,",
        "ec,hung,谷,守,タニ,マモル,,090-4444-2222,,,,", "ec,willing,堀,登,ホリ,ノボル,,090-4444-3333,,,,",
        "ec,bare,贈,先,オクリ,サキ,,,,,,",
        "ec,spelt,岸,一,キシ,ハジメ,,,107-0052,13,港区,赤坂一丁目2の3",
        "pos,spelt2,岸,二,キシ,ジロウ,,,107-0052,東京都,,東京都港区赤坂１－２－３　赤坂ビル5F",
        "pos,next,岸,三,キシ,サブロウ,,,107-0052,13,港区,赤坂1-2-4",
    ]),
    ("generic", "orders_20240110.csv", ORDERS, [
        "ec,p05a,P05,2024-01-10 10:00,paid,3000,JPY,,", "ec,p22a,p22,2023-12-01 10:00,paid,3000,JPY,,",
    ]),
    ("generic", "orders_20240601.csv", ORDERS, ["ec,p04a,P04,2024-06-01 10:00,paid,3000,JPY,,"]),
    ("generic", "orders_20240620.csv", ORDERS, ["ec,p04a,P04,2024-06-01 10:00,returned,3000,JPY,,"]),
    ("generic", "orders_20240701.csv", ORDERS, ["ec,p05b,P05,2024-07-01 10:00,paid,3000,JPY,,"]),
    ("generic", "orders_20240810.csv", ORDERS, ["ec,p05b,P05,2024-07-01 10:00,cancelled,3000,JPY,,"]),
    ("generic", "orders_20240901.csv", ORDERS, [
        "pos,p22b,p22,2024-09-01 10:00,paid,3000,JPY,,", "ec,gift,mother,2024-09-01 10:00,paid,3000,JPY,true,gifted",
        "ec,gift2,mother,2024-09-01 10:00,paid,3000,JPY,true,bare",
    ]),
    ("generic", "orders_20241001.csv", ORDERS, ["ec,p26,P26,2024/09/30 25:30,paid,3000,JPY,,"]),
    ("generic", "contact_points_20240101.csv", POINTS, ["cp1,P25,email,old@example.jp", "cp2,P25,email,old@example.jp", "cp3,P25,email,other@example.jp"]),
    ("generic", "consents_20240102.csv", CONSENTS, ["g1,P25,cp1,email,,marketing,grant,2024-01-02 10:00"]),
    ("generic", "contact_points_20240901.csv", POINTS, ["cp1,P25,email,new@example.jp"]),
    ("generic", "calls_20240910.csv", "source_system,call_id,direction,party_id,dialled_number,started_at,answered_at", [
        "ec,k1,outbound,mother,03-1111-2222,2024-09-10 10:00,2024-09-10 10:01",
    ]),
    # nobody is known by these numbers when they say so
    ("generic", "calls_20240801.csv", "source_system,call_id,direction,party_id,dialled_number,started_at,disposition_code", [
        "cti,u1,inbound,,090-7777-0000,2024-08-01 10:00,DNC", "cti,u2,outbound,,090-7777-1111,2024-08-01 10:00,HANGUP",
        "cti,u3,outbound,,090-7777-2222,2024-08-01 10:00,HANGUP", "cti,u4,outbound,,090-7777-2222,2024-08-02 10:00,HANGUP",
        "cti,u5,outbound,,090-7777-3333,2024-08-02 10:00,DECEASED",
    ]),
    ("generic", "customers_20240915.csv", CUSTOMERS, [
        "ec,said_dnc,湊,一,ミナト,ハジメ,,090-7777-0000,,,,", "ec,hung_once,湊,二,ミナト,ジロウ,,090-7777-1111,,,,",
        "ec,hung_twice,湊,三,ミナト,サブロウ,,090-7777-2222,,,,", "ec,said_dead,湊,四,ミナト,シロウ,,090-7777-3333,,,,",
    ]),
    ("shopify_customers", "customers_export_20240901.csv", SHOP_CUSTOMERS, [
        "'901,一,空,state@example.jp,yes,,no,", "'902,二,空,dated@example.jp,yes,,no,",
    ]),
    ("shopify_orders", "orders_export_20240901.csv", SHOP_ORDERS, [
        "#1,dated@example.jp,paid,,,yes,JPY,0,0,1000,0,2024-08-01 10:00:00 +0900,1,花,1000,F1,空 二,,,0,51",
    ]),
]  # fmt: skip


@pytest.fixture(scope="module")
def landed(tmp_path_factory) -> House:
    """Every file delivered and loaded, with the history of one list and what an agency sent back for it."""
    with pytest.MonkeyPatch.context() as patch:
        open_the_gate(patch)
        house = build_house(tmp_path_factory.mktemp("files"))
        for source, name, header, lines in FILES:
            house.put(source, name, "\n".join([header, *lines]) + "\n")
        for source in dict.fromkeys(source for source, *_ in FILES):
            result = house.load(source, as_of=OCTOBER)
            assert (result.rows_rejected, result.is_red) == (0, False), result.messages
        people = dict(known(house)(OCTOBER).rows("select source_id, person_id from int_identity__member", "int_identity__member"))
        house.put("okoshi_lists", "okoshi_lists_2024-09-01.csv", list_history(people))
        house.put("agency_returns", "返却_20240902.csv", agency_file(), "cp932")
        for source in ("okoshi_lists", "agency_returns"):
            result = house.load(source, as_of=OCTOBER)
            assert (result.rows_rejected, result.is_red) == (0, False), result.messages
    return house


def list_history(people: dict[str, str]) -> str:
    rows = [
        f"l1,row_{name},,winback-2024-09,{people[name]},{people[name]},phone,treat,s,A,2024-09-01,sv,2024-09-02 00:00:00"
        for name in ("refused", "dnc", "hung", "willing")
    ]
    return "\n".join([LIST_ROWS, *rows]) + "\n"


def agency_file() -> str:
    rows = [
        "row_refused,2024/09/02 10:00,30,1,a,断り,,,", "row_dnc,2024/09/02 10:05,30,1,a,二度と架けるな,,,",
        "row_hung,2024/09/02 10:10,2,1,a,即切り,,,", "row_hung,2024/09/02 15:10,2,2,a,即切り,,,",
        "row_willing,2024/09/02 10:20,300,1,a,検討中,余っている,2024-10-15,休眠A",
    ]  # fmt: skip
    return "\n".join([RETURNED, *rows]) + "\n"


def known(house: House) -> Callable[[date], SmallHouse]:
    return lambda as_of: delivered(Path(house.settings.warehouse), as_of)


@pytest.fixture(scope="module")
def today(landed) -> SmallHouse:
    return known(landed)(OCTOBER)


def orders_of(house: SmallHouse, source_id: str) -> list[tuple]:
    return house.rows(
        "select cast(ordered_on as varchar), is_valid from int_activity__order join int_identity__party using (person_id)"
        f" where source_id = '{source_id}' order by ordered_at",
        "int_activity__order",
    )


def stops_of(house: SmallHouse, source_id: str) -> set[tuple]:
    """(channel, code) in force of a party and its points."""
    return set(
        house.rows(
            "select suppression.channel, suppression.suppression_code from int_eligibility__suppression as suppression"
            " left join int_identity__contact_point as points on points.contact_point_id = suppression.subject_id"
            " join int_identity__member as members on members.person_id = coalesce(points.person_id, suppression.subject_id)"
            f" where suppression.is_in_force and members.source_id = '{source_id}'",
            "int_eligibility__suppression",
        )
    )


def test_persona_P04_an_order_fully_returned_makes_no_buyer(landed):
    assert orders_of(known(landed)(date(2024, 6, 19)), "P04") == [("2024-06-01", True)]
    assert orders_of(known(landed)(date(2024, 6, 20)), "P04") == [("2024-06-01", False)]


def test_persona_P05_a_cancellation_counts_from_the_day_it_is_known(landed):
    assert orders_of(known(landed)(date(2024, 8, 5)), "P05") == [("2024-01-10", True), ("2024-07-01", True)]
    assert orders_of(known(landed)(date(2024, 8, 11)), "P05") == [("2024-01-10", True), ("2024-07-01", False)]


def test_norm_N38_a_late_correction_keeps_both_versions_and_the_latest_known_counts(landed):
    assert landed.rows("select status from raw.orders where order_id = 'p05b' order by known_at") == [("paid",), ("cancelled",)]
    for day, status in ((date(2024, 8, 9), "paid"), (date(2024, 8, 10), "cancelled")):
        assert known(landed)(day).rows("select status from stg_orders where order_id = 'ec:p05b'", "stg_orders") == [(status,)]


def test_norm_N39_a_returned_order_is_no_purchase(today):
    assert orders_of(today, "P04") == [("2024-06-01", False)]


def test_persona_P20_a_gift_recipient_is_no_person_for_marketing(today):
    people = dict(today.rows("select source_id, is_gift_only from int_identity__party", "int_identity__party"))
    assert "gifted" not in people and people["mother"] is False


def test_norm_N42_a_bare_customer_row_of_a_gift_recipient_is_stopped_on_every_channel(today):
    assert {channel for channel, code in stops_of(today, "bare") if code == "SUP_PURPOSE"} == {"dm", "email", "phone"}
    assert "SUP_PURPOSE" not in {code for _, code in stops_of(today, "mother")}


def test_persona_P21_mother_and_daughter_are_two_persons_with_one_number_for_the_cap(today):
    rows = today.rows(
        "select person_id, value_hash, household_id from int_identity__contact_point join int_identity__party using (person_id)"
        " where source_id in ('mother', 'daughter') and point_type = 'phone'",
        "int_identity__contact_point",
    )
    assert [len({row[place] for row in rows}) for place in (0, 1, 2)] == [2, 1, 1]
    assert ("phone", "SUP_FREQ") in stops_of(today, "mother") & stops_of(today, "daughter")


def test_persona_P22_the_member_of_the_store_and_the_customer_of_the_web_are_one(today):
    members = today.rows("select distinct person_id from int_identity__member where source_id = 'p22'")
    assert len(members) == 1
    assert today.rows(
        f"select cast(max(ordered_on) as varchar), count(*) from int_activity__order where person_id = '{members[0][0]}'",
        "int_activity__order",
    ) == [("2024-09-01", 2)]


def test_norm_N22_two_spellings_of_one_address_are_one_household_the_next_house_another(today):
    homes = dict(today.rows("select source_id, household_id from int_identity__party", "int_identity__party"))
    assert homes["spelt"] == homes["spelt2"] != homes["next"] and homes["spelt"].startswith("h_")


def granted(house: SmallHouse) -> dict[str, bool]:
    sql = (
        "select points.value_norm, consents.is_granted from int_eligibility__consent as consents"
        " join int_identity__contact_point as points using (contact_point_id) join int_identity__party as parties"
        " on parties.person_id = points.person_id where parties.source_id = 'P25'"
    )
    return dict(house.rows(sql, "int_eligibility__consent"))


def test_persona_P25_the_new_address_has_no_grant(today):
    assert granted(today)["new@example.jp"] is False
    assert ("email", "SUP_MAIL_NO_OPTIN") in stops_of(today, "P25")


def test_a_grant_holds_for_the_same_address_under_another_id_and_for_no_other_address(today):
    assert granted(today) == {"old@example.jp": True, "new@example.jp": False, "other@example.jp": False}


def test_a_yes_without_a_day_grants_nothing_and_the_order_that_dates_it_does(today):
    rows = today.rows(
        "select points.value_norm, cast(consents.consented_at as varchar) from int_eligibility__consent as consents"
        " join int_identity__contact_point as points using (contact_point_id) where points.value_norm in"
        " ('state@example.jp', 'dated@example.jp') order by 1",
        "int_eligibility__consent",
    )
    assert rows == [("dated@example.jp", "2024-08-01 10:00:00"), ("state@example.jp", None)]


def test_persona_P26_an_order_at_half_past_twenty_five_is_of_the_next_day(today):
    assert orders_of(today, "P26") == [("2024-10-01", True)]
    assert today.rows("select cast(ordered_at as varchar) from stg_orders where order_id = 'ec:p26'") == [("2024-10-01 01:30:00",)]


def test_norm_N29_a_name_that_cannot_be_printed_is_held_back_from_post_and_says_why(today):
    assert ("dm", "HOLD_GAIJI") in stops_of(today, "gaiji")
    assert {channel for channel, code in stops_of(today, "gaiji") if code == "HOLD_GAIJI"} == {"dm"}
    assert "HOLD_GAIJI" not in {code for _, code in stops_of(today, "plain")}
    [(reason, basis)] = today.rows("select label_ja, basis from rule_suppression where suppression_code = 'HOLD_GAIJI'")
    assert "外字" in reason and "N29" in basis
    permitted = dict(
        today.rows(
            "select channel, is_permitted from int_eligibility__channel join int_identity__party using (person_id) where source_id = 'gaiji'",
            "int_eligibility__channel",
        )
    )
    assert permitted["phone"] is True and permitted["dm"] is False


def test_a_refusal_returned_with_nothing_but_the_list_row_stops_the_phone_the_next_day(landed):
    before, after = known(landed)(date(2024, 9, 1)), known(landed)(date(2024, 9, 3))
    phone = {name: {code for channel, code in stops_of(after, name) if channel == "phone"} for name in ("refused", "dnc", "hung", "willing")}
    assert phone == {
        "refused": {"SUP_TEL_REFUSED", "SUP_FREQ"}, "dnc": {"SUP_TEL_DNC", "SUP_FREQ"}, "hung": {"SUP_TEL_REFUSED"}, "willing": {"SUP_FREQ"},
    }  # fmt: skip
    assert all(channel != "phone" for name in phone for channel, _ in stops_of(before, name))


def test_a_refusal_on_a_number_nobody_was_known_by_stops_it_for_whoever_has_it_later(landed):
    house = known(landed)(date(2024, 9, 15))
    stops = {name: {code for _, code in stops_of(house, name)} & {"SUP_TEL_DNC", "SUP_TEL_REFUSED", "SUP_DECEASED"} for name in
             ("said_dnc", "hung_once", "hung_twice", "said_dead")}  # fmt: skip
    assert stops == {"said_dnc": {"SUP_TEL_DNC"}, "hung_once": set(), "hung_twice": {"SUP_TEL_REFUSED"}, "said_dead": set()}


def test_a_number_that_refused_stops_that_number_and_no_other_of_its_owner(landed):
    house = known(landed)(date(2024, 9, 15))
    sql = "select subject_type, channel from int_eligibility__suppression where suppression_code = 'SUP_TEL_DNC' order by all"
    assert house.rows(sql, "int_eligibility__suppression") == [("contact_point", "phone"), ("party", "phone")]


def test_what_an_agency_heard_is_a_touch_and_a_promised_day_of_that_person(today):
    assert today.rows(
        "select is_two_way, source_id from int_activity__touch join int_identity__party using (person_id)"
        " where kind = 'call' and source_id = 'willing'",
        "int_activity__touch",
    ) == [(True, "willing")]
    [(until,)] = today.rows(
        "select cast(deferred_until_on as varchar) from int_eligibility__current join int_identity__party using (person_id)"
        " where source_id = 'willing'",
        "int_eligibility__current",
    )
    assert until == "2024-10-15"


def test_the_script_an_agency_read_comes_with_the_reason_it_heard(today):
    assert today.rows("select reason_code, script_id from stg_hearings", "stg_hearings") == [("CHG_SURPLUS", "agency:休眠A")]
