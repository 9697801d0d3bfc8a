"""The planted truth agrees with what the files say, read without the generator."""

from collections import Counter
from datetime import date, timedelta

import pytest

from include import synthetic
from include.synthetic.plan import BEHAVIOURS, TRAITS

VALID = {"1", "4", "5", "6"}
UNREADABLE = "2024-13-45 99:00:00"


@pytest.fixture(scope="module")
def last_valid(tiny) -> dict[str, date]:
    """Member id → day of the last valid order, from the order file alone."""
    found: dict[str, date] = {}
    for row in tiny.rows("eccube_orders"):
        if row["会員ID"] and row["対応状況(ID)"] in VALID and "時" not in row["受注日"]:
            day = date.fromisoformat(row["受注日"][:10])
            found[row["会員ID"]] = max(day, found.get(row["会員ID"], day))
    return found


def test_last_valid_order_of_every_member_is_the_one_in_the_file(tiny, last_valid):
    members = tiny.truth("members")
    planted = {row["source_customer_id"]: row["last_valid_on"] for row in members if row["last_valid_on"]}
    assert planted == last_valid
    assert len({row["person_key"] for row in members}) < len(members)  # some hold two member ids


def test_who_stopped_has_no_valid_order_after_the_planted_day(tiny, last_valid):
    ids: dict[str, list[str]] = {}
    for row in tiny.truth("members"):
        ids.setdefault(row["person_key"], []).append(row["source_customer_id"])
    stopped = [row for row in tiny.truth("persons") if row["has_stopped"]]
    assert len(stopped) > 150
    for person in stopped:
        days = [last_valid[member] for member in ids[person["person_key"]] if member in last_valid]
        assert max(days) == person["stopped_on"] <= synthetic.AS_OF - timedelta(days=45)
        assert person["expected_on"] > person["stopped_on"]
        assert person["cause_code"] and person["would_answer"]


def test_who_did_not_stop_has_no_cause_and_no_answer(tiny):
    for person in tiny.truth("persons"):
        if not person["has_stopped"]:
            assert (person["cause_code"], person["would_answer"], person["stopped_on"]) == ("", "", None)
            assert not person["returns_if_contacted"]


def test_contact_never_makes_a_person_stay_away(tiny):
    persons = tiny.truth("persons")
    assert any(person["returns_if_contacted"] for person in persons)
    assert all(person["returns_if_contacted"] for person in persons if person["returns_naturally"])


def test_every_behaviour_and_trait_is_planted_even_in_the_smallest_profile(tiny):
    persons = tiny.truth("persons")
    assert len(persons) == synthetic.PROFILES["tiny"]
    assert set(Counter(person["behaviour"] for person in persons)) == set(BEHAVIOURS)
    assert all(any(person[f"is_{trait}"] for person in persons) for trait in TRAITS)


def test_a_complaint_lies_between_the_last_order_and_the_silence(tiny):
    complained = {row["会員番号"] for row in tiny.rows("contact_centre_inquiries") if row["苦情"] == "○"}
    member = {row["person_key"]: row["source_customer_id"] for row in reversed(tiny.truth("members"))}
    angry = [row["person_key"] for row in tiny.truth("persons") if row["cause_code"] == "DIS_COMPLAINT"]
    known = [member[key] for key in angry if key in member]
    assert known and set(known) <= complained


def test_there_are_stopped_persons_with_a_live_grant_a_phone_and_an_address(tiny):
    events = tiny.rows("consents")
    granted = {row["会員ID"] for row in events if (row["連絡種別"], row["操作"]) == ("メール", "同意")}
    left = {row["会員ID"] for row in events if row["連絡種別"] == "メール" and row["操作"] != "同意"}
    member = {row["person_key"]: row["source_customer_id"] for row in reversed(tiny.truth("members"))}
    stopped = [row for row in tiny.truth("persons") if row["has_stopped"] and row["person_key"] in member]
    assert sum(member[row["person_key"]] in granted - left for row in stopped) > 50
    assert sum(bool(row["phone"]) for row in stopped) > 100
    assert sum(bool(row["postal_code"]) and not row["is_dm_stop"] for row in stopped) > 100


def test_b2b_truth_names_ended_paying_and_stalled_accounts_and_their_last_use(tiny):
    accounts = tiny.truth("accounts")
    assert {row["situation"] for row in accounts} >= {
        "active",
        "silent_ended",
        "paying_inactive",
        "stalled_deal",
    }
    last_use: dict[str, str] = {}
    for row in tiny.rows("product_usage"):
        last_use[row["account_id"]] = max(row["used_on"], last_use.get(row["account_id"], ""))
    for row in accounts:
        if row["situation"] in ("paying_inactive", "silent_ended"):
            assert last_use[row["account_id"]] == str(row["silent_since"])


def test_nothing_in_any_file_lies_after_the_business_date(tiny):
    tomorrow = str(synthetic.AS_OF + timedelta(days=1))
    for source, columns in {
        "eccube_customers": ("登録日", "更新日", "最終購入日"),
        "eccube_orders": ("受注日", "入金日", "発送日"),
        "subscriptions": ("更新日時",), "subscription_events": ("発生日時",), "consents": ("日時",),
        "contact_centre_inquiries": ("完了日時", "更新日時"), "call_results": ("終了日時",),
        "salesforce_accounts": ("LastModifiedDate",), "salesforce_activities": ("CompletedDateTime",),
    }.items():  # fmt: skip
        cells = {row[column] for row in tiny.rows(source) for column in columns} - {UNREADABLE}
        assert max(cells) < tomorrow, source


def test_a_subscription_list_counts_the_skips_its_events_tell(tiny):
    events = Counter(
        row["定期受注番号"] for row in tiny.rows("subscription_events") if row["イベント"] == "スキップ"
    )
    counted = {row["定期受注番号"]: int(row["スキップ回数"]) for row in tiny.rows("subscriptions")}
    assert any(count >= 2 for count in counted.values())
    assert {number: count for number, count in counted.items() if count} == dict(events)
