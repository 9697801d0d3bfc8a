"""Identity resolution from raw rows through staging, the rules as shipped, and what people decided (N33, N34, N35, personas)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.dbt.small_house import SmallHouse

AS_OF = date(2024, 10, 1)
NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana")
MOTHER, DAUGHTER = ("山田", "花子", "ヤマダ", "ハナコ"), ("山田", "桃子", "ヤマダ", "モモコ")
HOME = {"postal_code": "1000001", "address_line1": "千代田1-1"}


def customer(key: str, name=("", "", "", ""), known_at: str = "2024-01-01", **more) -> dict:
    system, number = key.split(":")
    names = dict(zip(NAMES, (part or None for part in name), strict=True))
    return {"source_system": system, "source_customer_id": number, **names, "known_at": known_at, **more}


def account(key: str, name: str, known_at: str = "2024-01-01", **more) -> dict:
    system, number = key.split(":")
    return {"source_system": system, "account_id": number, "account_name": name, "known_at": known_at, **more}


def contact(key: str, account_key: str, name=("", "", "", ""), known_at: str = "2024-01-01", **more) -> dict:
    row = customer(key, name, known_at, **more)
    return {"contact_id": row.pop("source_customer_id"), "account_id": account_key.split(":")[1], **row}


CUSTOMERS = [
    # N33: the same address; the same number and kana, written with and without dakuten; name, birth and postal with variants
    customer("ec:mail1", ("佐藤", "一", "サトウ", "ハジメ"), email="hajime@example.jp"),
    customer("pos:mail2", ("サトー", "", "", ""), "2024-02-01", email="Hajime@example.jp"),
    customer("ec:kana1", ("浜崎", "歩", "ハマサキ", "アユム"), phone="+819011110000"),
    customer("pos:kana2", ("濱﨑", "歩", "はまざき", "あゆむ"), "2024-02-01", phone="+819011110000"),
    customer("ec:small1", ("城", "京", "ジョウ", "キョウ"), phone="+819011110001"),
    customer("pos:small2", ("城", "京", "ジヨウ", "キヨウ"), "2024-02-01", phone="+819011110001"),
    customer("ec:birth1", ("堀", "登", "", ""), birth_date="1980-01-01", postal_code="5300001"),
    customer("pos:birth2", ("堀", "登", "", ""), "2024-02-01", birth_date="1980-01-01", postal_code="5300001"),
    customer("ec:name1", ("渡邊", "髙夫", "", ""), birth_date="1980-01-01", postal_code="5300001"),
    customer("pos:name2", ("渡辺", "高夫", "", ""), "2024-02-01", birth_date="1980-01-01", postal_code="5300001"),
    # never: the name alone, a role mailbox, the same number with another kana, the same number and kana born on other days
    customer("ec:alone1", ("鈴木", "太郎", "スズキ", "タロウ")),
    customer("pos:alone2", ("鈴木", "太郎", "スズキ", "タロウ")),
    customer("ec:role1", email="info@example.jp"),
    customer("pos:role2", email="info@example.jp"),
    customer("ec:mother", MOTHER, phone="+81311112222", **HOME),
    customer("ec:daughter", DAUGHTER, phone="+81311112222", **HOME),
    customer("ec:senior", ("林", "実", "ハヤシ", "ミノル"), phone="+81344445555", birth_date="1950-01-01"),
    customer("ec:junior", ("林", "実", "ハヤシ", "ミノル"), phone="+81344445555", birth_date="1980-01-01"),
    # a dummy address on more records than its rule allows
    *(customer(f"ec:dummy{n:02}", email="aaa@example.jp") for n in range(11)),
    # P22: buys once in the shop of the web, monthly in the store
    customer("ec:p22", ("森", "葵", "モリ", "アオイ"), phone="+819022220000"),
    customer("pos:p22", ("森", "葵", "モリ", "アオイ"), "2024-02-01", phone="+819022220000"),
    # two persons until a third record, known in May, has the address of one and the number of the other
    customer("ec:a", ("岡", "茜", "オカ", "アカネ"), "2024-01-01", email="oka@example.jp"),
    customer("ec:b", ("岡", "茜", "オカ", "アカネ"), "2024-02-01", phone="+819033330000"),
    customer("pos:c", ("岡", "茜", "オカ", "アカネ"), "2024-05-01", email="oka@example.jp", phone="+819033330000"),
]
# N19: the number of three persons, and the one of an account and a person
SHARED, OF_TWO, OF_COMPANY = "+81366660000", "+81366660001", "+81366660002"
CUSTOMERS += [
    *(customer(f"ec:shared{n}", phone=SHARED) for n in range(3)),
    *(customer(f"ec:two{n}", phone=OF_TWO) for n in range(2)),
    customer("ec:employed", phone=OF_COMPANY),
]
ACCOUNTS = [
    account("sf:company", "南商会", phone=OF_COMPANY),
    account("sf:n1", "㈱みなと", corporate_number="7000012050002"),
    account("crm:n2", "ミナト株式会社", "2024-02-01", corporate_number="7000012050002"),
    account("sf:branch", "株式会社みなと 大阪支店", corporate_number="7000012050002"),
    account("sf:d1", "株式会社ＡＢＣ", domain="abc.example.co.jp"),
    account("crm:d2", "ABC 株式会社", "2024-02-01", domain="ABC.example.co.jp"),
    account("sf:form1", "KKR ホテル K.K.", postal_code="1500001"),
    account("crm:form2", "(株)KKR ホテル", "2024-02-01", postal_code="1500001"),
    account("sf:look1", "ニッカ工業", postal_code="9800001"),
    account("crm:look2", "二ッカエ業", "2024-02-01", postal_code="9800001"),
    account("sf:free1", "山田屋", domain="gmail.com"),
    account("crm:free2", "山田屋", domain="gmail.com"),
    account("sf:t1", "田中商店", postal_code="1000001", prefecture_code="13"),
    account("crm:t2", "有限会社田中商店", "2024-02-01", postal_code="1000001", prefecture_code="13"),
    account("sf:t3", "田中商店", postal_code="5300001", prefecture_code="27"),
    account("sf:k1", "北商店", postal_code="0600001", corporate_number="1180301018771"),
    account("crm:k2", "北商店", "2024-02-01", postal_code="0600001", corporate_number="7000012050002"),
]


CONTACTS = [
    # one human in two systems of one account, twice in one system, and the same values elsewhere
    contact("sf:c1", "sf:n1", ("南", "薫", "ミナミ", "カオル"), email="kaoru@minato.example.jp"),
    contact("crm:c2", "crm:n2", ("南", "薫", "ミナミ", "カオル"), "2024-02-01", email="Kaoru@minato.example.jp", phone_direct="+81355550001"),
    contact("crm:c3", "crm:n2", ("", "", "みなみ", "かおる"), "2024-03-01", phone_direct="+81355550001"),
    contact("sf:c4", "sf:t3", ("南", "薫", "ミナミ", "カオル"), "2024-02-01", email="kaoru@minato.example.jp"),
    # a mailbox of a department, and one of a role
    contact("sf:dept1", "sf:n1", ("北", "一", "キタ", "ハジメ"), email="keiri@minato.example.jp"),
    contact("sf:dept2", "sf:n1", ("東", "二", "ヒガシ", "ジロウ"), email="keiri@minato.example.jp"),
    contact("sf:role1", "sf:n1", ("西", "三", "ニシ", "サブロウ"), email="info@minato.example.jp"),
    contact("crm:role2", "crm:n2", ("西", "三", "ニシ", "サブロウ"), email="info@minato.example.jp"),
]
ORDERS = [
    {"order_id": "o1", "party_id": "p22", "ordered_at": "2023-12-01", "known_at": "2024-01-01"},
    {"order_id": "o2", "party_id": "p22", "ordered_at": "2024-09-01", "known_at": "2024-09-01", "source_system": "pos"},
    {"order_id": "o3", "party_id": "mother", "ordered_at": "2024-09-01", "known_at": "2024-09-01", "is_gift": True, "ship_to_party_id": "gifted"},
]
MERGE = {"left_source_system": "ec", "left_source_id": "alone1", "right_source_system": "pos", "right_source_id": "alone2",
         "action": "merge", "valid_from": "2024-03-01", "valid_to": "2024-06-01", "owner": "sv", "basis": "電話で確認"}  # fmt: skip
SPLIT = {"left_source_system": "ec", "left_source_id": "mail1", "right_source_system": "pos", "right_source_id": "mail2",
         "action": "split", "valid_from": "2024-03-01", "owner": "sv", "basis": "夫婦で同じ番地"}  # fmt: skip


def house_of(as_of: date, overrides: list[dict] | None = None) -> SmallHouse:
    """A house holding the rows above; `overrides` are rows of the manual table."""
    made = SmallHouse(as_of)
    made.insert("customers", CUSTOMERS)
    made.insert("accounts", ACCOUNTS)
    made.insert("contacts", CONTACTS)
    made.insert("calls", [{"source_system": "crm", "call_id": "k1", "party_id": "c2", "started_at": "2024-09-01", "known_at": "2024-09-01", "disposition_code": "REFUSED"}])
    made.insert("consents", [{"source_system": "sf", "consent_event_id": "y1", "party_id": "c1", "channel": "email", "contact_value": "kaoru@minato.example.jp",
                              "purpose": "marketing", "action": "grant", "consented_at": "2024-09-01", "known_at": "2024-09-01"}])  # fmt: skip
    made.insert("orders", [{"status": "paid", "net_amount": 100, "currency_code": "JPY", "is_gift": False, **row} for row in ORDERS])
    made.seed("rule_identity_override", overrides or [])
    return made


def members(house: SmallHouse) -> dict[str, str]:
    return dict(house.rows("select party_key, person_id from int_identity__member", "int_identity__member"))


def own_ids(house: SmallHouse) -> dict[str, str]:
    return dict(house.rows("select party_key, own_person_id from int_identity__start", "int_identity__start"))


@pytest.fixture(scope="module")
def house() -> SmallHouse:
    return house_of(AS_OF)


@pytest.fixture(scope="module")
def today(house) -> dict[str, str]:
    return members(house)


def assert_one_party(house: SmallHouse, today: dict[str, str], first: str, second: str) -> None:
    assert today[first] == today[second] == own_ids(house)[first]


def test_norm_N33_the_same_address_is_one_person_named_after_the_earliest_record(house, today):
    assert_one_party(house, today, "ec:mail1", "pos:mail2")


def test_norm_N33_the_same_number_and_kana_are_one_person(house, today):
    assert_one_party(house, today, "ec:p22", "pos:p22")


def test_norm_N33_the_same_name_birth_and_postal_code_are_one_person(house, today):
    assert_one_party(house, today, "ec:birth1", "pos:birth2")


def test_norm_N23_marks_and_small_letters_of_kana_do_not_part_a_person(house, today):
    assert_one_party(house, today, "ec:kana1", "pos:kana2")
    assert_one_party(house, today, "ec:small1", "pos:small2")


def test_norm_N24_variants_of_a_name_are_one_in_the_key(house, today):
    assert_one_party(house, today, "ec:name1", "pos:name2")


def test_norm_N34_the_same_corporate_number_is_one_account(house, today):
    assert_one_party(house, today, "sf:n1", "crm:n2")


def test_norm_N34_the_same_domain_and_name_are_one_account(house, today):
    assert_one_party(house, today, "sf:d1", "crm:d2")


def test_norm_N34_the_same_name_and_postal_code_are_one_account(house, today):
    assert_one_party(house, today, "sf:t1", "crm:t2")


def test_norm_N26_the_form_of_a_company_is_not_part_of_its_key(house, today):
    assert_one_party(house, today, "sf:form1", "crm:form2")


def test_norm_N27_look_alikes_are_one_in_the_key_and_as_written_in_print(house, today):
    assert_one_party(house, today, "sf:look1", "crm:look2")
    [printed] = house.rows(f"select account_name from int_identity__name where person_id = '{today['sf:look1']}'", "int_identity__name")
    assert printed == ("二ッカエ業",)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ec:alone1", "pos:alone2"), ("ec:role1", "pos:role2"), ("ec:mother", "ec:daughter"), ("ec:senior", "ec:junior"),
        ("ec:dummy00", "ec:dummy10"), ("ec:dummy00", "ec:dummy01"), ("ec:birth1", "ec:name1"),
    ],
)  # fmt: skip
def test_norm_N33_persons_without_a_sound_key_stay_apart(today, first, second):
    assert today[first] != today[second]


@pytest.mark.parametrize(
    ("first", "second"), [("sf:n1", "sf:branch"), ("sf:free1", "crm:free2"), ("sf:t1", "sf:t3"), ("sf:k1", "crm:k2")]
)
def test_norm_N34_accounts_without_a_sound_key_stay_apart(today, first, second):
    assert today[first] != today[second]


def test_norm_N33_contacts_of_one_account_with_the_same_address_are_one(house, today):
    assert_one_party(house, today, "sf:c1", "crm:c2")


def test_norm_N33_contacts_of_one_account_with_the_same_direct_number_and_kana_are_one(house, today):
    assert today["crm:c2"] == today["crm:c3"]


@pytest.mark.parametrize(("first", "second"), [("sf:c1", "sf:c4"), ("sf:dept1", "sf:dept2"), ("sf:role1", "crm:role2")])
def test_norm_N33_contacts_of_two_accounts_or_of_a_shared_mailbox_stay_apart(today, first, second):
    assert today[first] != today[second]


def test_norm_N33_contacts_are_one_from_the_day_on_which_their_accounts_are(house):
    rows = house.rows(
        "select distinct cast(valid_from as varchar), person_id = (select own_person_id from int_identity__start where party_key = 'sf:c1')"
        " from int_identity__alias where source_system = 'crm' and source_id = 'c2'",
        "int_identity__alias",
    )
    assert rows == [("2024-02-01", True)]
    january = members(house_of(date(2024, 1, 31)))
    assert "crm:c2" not in january and "sf:c1" in january


def test_norm_N34_a_contact_of_two_records_has_one_account_and_all_their_points(house, today):
    [(account_id,)] = house.rows(f"select account_person_id from int_identity__party where person_id = '{today['sf:c1']}'", "int_identity__party")
    assert account_id == today["sf:n1"] == today["crm:n2"]
    points = house.rows(
        f"select point_type, count(*) from int_identity__contact_point where person_id = '{today['sf:c1']}' group by all order by all",
        "int_identity__contact_point",
    )
    assert points == [("email", 1), ("phone", 1)]  # the address twice, in two spellings


def test_norm_N35_a_refusal_of_one_record_is_the_persons_and_a_grant_stays_with_its_address(house, today):
    stops = house.rows("select subject_id, suppression_code from int_eligibility__stop_call", "int_eligibility__stop_call")
    assert stops == [(today["sf:c1"], "SUP_TEL_REFUSED")]
    granted = house.rows(
        "select points.person_id, bool_or(consents.is_granted) from int_eligibility__consent as consents"
        " join int_identity__contact_point as points using (contact_point_id)"
        " where lower(points.value_norm) = 'kaoru@minato.example.jp' group by all",
        "int_eligibility__consent",
    )
    assert set(granted) == {(today["sf:c1"], True), (today["sf:c4"], False)}


def test_norm_N19_a_number_of_three_persons_or_of_a_company_is_shared(house):
    rows = house.rows(
        f"select value_norm, bool_and(is_shared), count(*) from int_identity__contact_point"
        f" where value_norm in ('{SHARED}', '{OF_TWO}', '{OF_COMPANY}') group by all order by all",
        "int_identity__contact_point",
    )
    assert rows == [(SHARED, True, 3), (OF_TWO, False, 2), (OF_COMPANY, True, 2)]


def test_every_link_keeps_its_rule_its_score_and_its_evidence(house, today):
    links = house.rows("select match_rule, score, evidence_ref from int_identity__link")
    assert {rule for rule, _, _ in links} == {
        "EMAIL", "PHONE_KANA", "NAME_BIRTH_POSTAL", "CORPORATE_NUMBER", "DOMAIN_NAME", "NAME_POSTAL",
        "CONTACT_EMAIL", "CONTACT_PHONE_KANA",
    }  # fmt: skip
    assert all(0 < score <= 1 and evidence.startswith(f"{rule}:") for rule, score, evidence in links)
    assert "hajime" not in str(links)


def test_norm_N24_printed_names_are_never_folded(house):
    names = house.rows("select family_name from int_identity__name where given_name = '歩'", "int_identity__name")
    assert names == [("濱﨑",)]


def test_norm_N42_who_only_received_a_gift_is_nobody(today):
    assert "ec:gifted" not in today and "ec:mother" in today


def test_norm_N33_mother_and_daughter_are_two_persons_of_one_household(house, today):
    rows = house.rows(
        f"select household_id, cluster_id from int_identity__party where person_id in ('{today['ec:mother']}', '{today['ec:daughter']}')",
        "int_identity__party",
    )
    assert len(rows) == 2 and len(set(rows)) == 1 and rows[0][0].startswith("h_") and rows[0][1] == rows[0][0]


def test_norm_N35_orders_of_both_records_count_for_the_one_person(house, today):
    assert house.rows(
        f"select cast(max(ordered_on) as varchar), sum(order_count) from int_activity__order_day where person_id = '{today['ec:p22']}'",
        "int_activity__order_day",
    ) == [("2024-09-01", 2)]


def aliases(house: SmallHouse) -> set[tuple]:
    sql = "select source_system, source_id, cast(valid_from as varchar), person_id from int_identity__alias"
    return set(house.rows(sql, "int_identity__alias"))


def test_norm_N35_a_bridge_record_merges_two_persons_from_its_day_and_the_former_id_leads_on(house, today):
    assert today["ec:a"] == today["ec:b"] == today["pos:c"]
    own = own_ids(house)
    assert {row for row in aliases(house) if row[1] in ("b", own["ec:b"])} == {
        ("ec", "b", "2024-02-01", own["ec:b"]),
        ("ec", "b", "2024-05-01", own["ec:a"]),
        ("okoshi", own["ec:b"], "2024-05-01", own["ec:a"]),
    }


def test_norm_N35_links_are_bitemporal_what_was_known_then_is_the_alias_table_cut_at_that_day(house):
    then = house_of(date(2024, 4, 30))
    known = members(then)
    assert known["ec:a"] != known["ec:b"]
    assert aliases(then) == {row for row in aliases(house) if row[2] <= "2024-04-30"}


def test_norm_N35_what_people_decided_wins_and_merge_then_split_restores():
    days = (date(2024, 2, 29), date(2024, 3, 1), date(2024, 6, 1))
    before, between, after = (members(house_of(day, [MERGE, SPLIT])) for day in days)
    assert before["ec:alone1"] != before["pos:alone2"] and before["ec:mail1"] == before["pos:mail2"]
    assert between["ec:alone1"] == between["pos:alone2"] and between["ec:mail1"] != between["pos:mail2"]
    assert (after["ec:alone1"], after["pos:alone2"]) == (before["ec:alone1"], before["pos:alone2"])
