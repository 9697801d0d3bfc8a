"""Identity resolution from raw rows through staging, the rules as shipped, and what people decided (N33, N34, N35, personas)."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from include import ingest, transform
from include import settings as settings_module
from include.settings import REPO

AS_OF = date(2024, 10, 1)
CUSTOMER = ("source_system", "source_customer_id", "family_name", "given_name", "family_name_kana", "given_name_kana",
            "birth_date", "email", "phone", "postal_code", "address_line1", "known_at")  # fmt: skip
ACCOUNT = ("source_system", "account_id", "account_name", "corporate_number", "domain", "postal_code", "prefecture_code",
           "parent_account_id", "known_at")  # fmt: skip
MOTHER, DAUGHTER = ("山田", "花子", "ヤマダ", "ハナコ"), ("山田", "桃子", "ヤマダ", "モモコ")
HOME = {"postal_code": "1000001", "address_line1": "千代田1-1"}


def customer(key: str, name=("", "", "", ""), known_at: str = "2024-01-01", **more) -> dict:
    system, number = key.split(":")
    names = dict(zip(CUSTOMER[2:6], (part or None for part in name), strict=True))
    return {"source_system": system, "source_customer_id": number, **names, "known_at": known_at, **more}


def account(key: str, name: str, known_at: str = "2024-01-01", **more) -> dict:
    system, number = key.split(":")
    return {"source_system": system, "account_id": number, "account_name": name, "known_at": known_at, **more}


CUSTOMERS = [
    # N33: the same address; the same number and kana, written with and without dakuten; name, birth and postal with variants
    customer("ec:mail1", ("佐藤", "一", "サトウ", "ハジメ"), email="hajime@example.jp"),
    customer("pos:mail2", ("サトー", "", "", ""), "2024-02-01", email="Hajime@example.jp"),
    customer("ec:kana1", ("浜崎", "歩", "ハマサキ", "アユム"), phone="+819011110000"),
    customer("pos:kana2", ("濱﨑", "歩", "はまざき", "あゆむ"), "2024-02-01", phone="+819011110000"),
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
ACCOUNTS = [
    account("sf:n1", "㈱みなと", corporate_number="7000012050002"),
    account("crm:n2", "ミナト株式会社", "2024-02-01", corporate_number="7000012050002"),
    account("sf:branch", "株式会社みなと 大阪支店", corporate_number="7000012050002"),
    account("sf:d1", "株式会社ＡＢＣ", domain="abc.example.co.jp"),
    account("crm:d2", "ABC 株式会社", "2024-02-01", domain="ABC.example.co.jp"),
    account("sf:free1", "山田屋", domain="gmail.com"),
    account("crm:free2", "山田屋", domain="gmail.com"),
    account("sf:t1", "田中商店", postal_code="1000001", prefecture_code="13"),
    account("crm:t2", "有限会社田中商店", "2024-02-01", postal_code="1000001", prefecture_code="13"),
    account("sf:t3", "田中商店", postal_code="5300001", prefecture_code="27"),
    account("sf:k1", "北商店", postal_code="0600001", corporate_number="1180301018771"),
    account("crm:k2", "北商店", "2024-02-01", postal_code="0600001", corporate_number="7000012050002"),
]


def prepared(root: Path, overrides: list[tuple] = ()):
    """Settings of a warehouse holding the rows above; `overrides` are rows of the manual table."""
    rules = root / "rules"
    rules.mkdir(parents=True)
    name = "rule_identity_override.csv"
    shutil.copy(REPO / "dbt_project" / "seeds" / "rules" / name, rules / name)
    with (rules / name).open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(overrides)
    settings = settings_module.load({"DATA_ROOT": str(root / "data"), "RULES_DIR": str(rules)})
    ingest.prepare(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        for entity, columns, rows in (("customers", CUSTOMER, CUSTOMERS), ("accounts", ACCOUNT, ACCOUNTS)):
            connection.executemany(
                f"insert into raw.{entity} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})",
                [[row.get(column) for column in columns] for row in rows],
            )
        connection.execute(
            "insert into raw.orders (order_id, source_system, party_id, ordered_at, status, net_amount, currency_code, known_at,"
            " is_gift, ship_to_party_id) values"
            " ('o1', 'ec', 'p22', '2023-12-01', 'paid', 100, 'JPY', '2024-01-01', false, null),"
            " ('o2', 'pos', 'p22', '2024-09-01', 'paid', 100, 'JPY', '2024-09-01', false, null),"
            " ('o3', 'ec', 'mother', '2024-09-01', 'paid', 100, 'JPY', '2024-09-01', true, 'gifted')"
        )
    return settings


def members(settings, as_of: date = AS_OF) -> dict[str, str]:
    transform.prepare(settings, as_of)
    for layer in ("staging", "people"):
        transform.build(settings, layer, as_of)
    return dict(asked(settings, "select party_key, person_id from intermediate.int_identity__member"))


def asked(settings, sql: str) -> list[tuple]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return prepared(tmp_path_factory.mktemp("identity"))


@pytest.fixture(scope="module")
def today(settings):
    return members(settings)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ec:mail1", "pos:mail2"), ("ec:kana1", "pos:kana2"), ("ec:name1", "pos:name2"), ("sf:n1", "crm:n2"),
        ("sf:d1", "crm:d2"), ("sf:t1", "crm:t2"),
    ],
)  # fmt: skip
def test_norm_N33_N34_records_that_share_a_key_are_one_party_named_after_the_earliest(today, settings, first, second):
    own = dict(asked(settings, "select party_key, own_person_id from intermediate.int_identity__start"))
    assert today[first] == today[second] == own[first]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ec:alone1", "pos:alone2"), ("ec:role1", "pos:role2"), ("ec:mother", "ec:daughter"), ("ec:senior", "ec:junior"),
        ("ec:dummy00", "ec:dummy10"), ("ec:dummy00", "ec:dummy01"), ("sf:n1", "sf:branch"), ("sf:free1", "crm:free2"),
        ("sf:t1", "sf:t3"), ("sf:k1", "crm:k2"),
    ],
)  # fmt: skip
def test_norm_N33_N34_records_without_a_sound_key_stay_apart(today, first, second):
    assert today[first] != today[second]


def test_every_link_keeps_its_rule_its_score_and_its_evidence(today, settings):
    links = asked(settings, "select match_rule, score, evidence_ref from intermediate.int_identity__link")
    assert {rule for rule, _, _ in links} == {
        "EMAIL", "PHONE_KANA", "NAME_BIRTH_POSTAL", "CORPORATE_NUMBER", "DOMAIN_NAME", "NAME_POSTAL",
    }  # fmt: skip
    assert all(0 < score <= 1 and evidence.startswith(f"{rule}:") for rule, score, evidence in links)
    assert "hajime" not in str(links)


def test_norm_N24_printed_names_are_never_folded(today, settings):
    names = asked(settings, "select family_name from intermediate.int_identity__name where given_name = '歩'")
    assert names == [("濱﨑",)]


def test_persona_P20_who_only_received_a_gift_is_nobody(today):
    assert "ec:gifted" not in today


def test_persona_P21_mother_and_daughter_are_two_persons_of_one_household(today, settings):
    rows = asked(
        settings,
        "select household_id, cluster_id from intermediate.int_identity__party"
        f" where person_id in ('{today['ec:mother']}', '{today['ec:daughter']}')",
    )
    assert len(rows) == 2 and len(set(rows)) == 1 and rows[0][0].startswith("h_") and rows[0][1] == rows[0][0]


def test_persona_P22_orders_of_both_records_count_for_the_one_person(today, settings):
    assert asked(
        settings,
        f"select cast(max(ordered_on) as varchar), sum(order_count) from intermediate.int_activity__order_day"
        f" where person_id = '{today['ec:p22']}'",
    ) == [("2024-09-01", 2)]


def test_norm_N35_a_bridge_record_merges_two_persons_from_its_day_and_the_former_id_leads_on(settings, today):
    assert today["ec:a"] == today["ec:b"] == today["pos:c"]
    aliases = asked(
        settings,
        "select source_system, cast(valid_from as varchar), person_id from intermediate.int_identity__alias"
        " where source_id in ('b', (select own_person_id from intermediate.int_identity__start where party_key = 'ec:b'))"
        " order by source_system, valid_from",
    )
    own = dict(asked(settings, "select party_key, own_person_id from intermediate.int_identity__start"))
    assert aliases == [
        ("ec", "2024-02-01", own["ec:b"]),
        ("ec", "2024-05-01", own["ec:a"]),
        ("okoshi", "2024-05-01", own["ec:a"]),
    ]


def test_links_are_bitemporal_what_was_known_then_is_the_alias_table_cut_at_that_day(settings, today):
    whole = set(asked(settings, "select source_id, cast(valid_from as varchar), person_id from intermediate.int_identity__alias"))
    then = members(settings, date(2024, 4, 30))
    assert then["ec:a"] != then["ec:b"]
    known = set(asked(settings, "select source_id, cast(valid_from as varchar), person_id from intermediate.int_identity__alias"))
    assert known == {row for row in whole if row[1] <= "2024-04-30"}


def test_what_people_decided_wins_and_merge_then_split_restores(tmp_path):
    settings = prepared(
        tmp_path,
        [
            ("ec", "alone1", "pos", "alone2", "merge", "2024-03-01", "2024-06-01", "sv", "電話で確認"),
            ("ec", "mail1", "pos", "mail2", "split", "2024-03-01", "", "sv", "夫婦で同じ番地"),
        ],
    )
    before, between, after = (members(settings, day) for day in (date(2024, 2, 29), date(2024, 3, 1), date(2024, 6, 1)))
    assert before["ec:alone1"] != before["pos:alone2"] and before["ec:mail1"] == before["pos:mail2"]
    assert between["ec:alone1"] == between["pos:alone2"] and between["ec:mail1"] != between["pos:mail2"]
    assert (after["ec:alone1"], after["pos:alone2"]) == (before["ec:alone1"], before["pos:alone2"])
