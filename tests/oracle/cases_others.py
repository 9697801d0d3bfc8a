"""Cases of never-buyers (D9) and of B2B accounts (D7, D8). As of 2024-10-01."""

from __future__ import annotations

from tests.oracle.build import AccountParty, Party, at, days
from tests.oracle.cases import case

LEAD = "2024-01-01 lead; 2024-06-29 dormant/lead_dormant"

LEADS = [
    case(Party("D9_day_179", "2024-04-05"), "2024-04-05 lead"),
    case(Party("D9_day_180", "2024-04-04"), "2024-04-04 lead; 2024-10-01 dormant/lead_dormant", "2024-10-01 D9"),
    case(
        Party("D9_answered_call_postpones", "2024-01-01").call("2024-03-01", "PROSPECT"),
        "2024-01-01 lead; 2024-08-28 dormant/lead_dormant", "2024-08-28 D9",
    ),
    case(Party("D9_unanswered_call_does_not", "2024-01-01").call("2024-03-01", "NO_ANSWER"), LEAD, "2024-06-29 D9"),
    case(
        Party("D9_opens_and_clicks_do_not", "2024-01-01").response("2024-03-01", "open").response("2024-03-02", "click"),
        LEAD, "2024-06-29 D9",
    ),
    case(Party("D9_complaint_does_not", "2024-01-01").complaint("2024-03-01", closed="2024-03-02"), LEAD, "2024-06-29 D9"),
    case(
        Party("D9_inquiry_postpones", "2024-01-01").inquiry("2024-03-01", closed="2024-03-02"),
        "2024-01-01 lead; 2024-08-28 dormant/lead_dormant", "2024-08-28 D9",
    ),
    case(
        Party("D9_answered_call_ends_nothing", "2024-01-01").call("2024-07-10", "PROSPECT"), LEAD, "2024-06-29 D9"
    ),
    case(
        Party("D9_inquiry_ends_the_spell", "2024-01-01").inquiry("2024-07-10", closed="2024-07-11"),
        f"{LEAD}; 2024-07-10 lead", "2024-06-29 D9 2024-07-10 re_engaged",
    ),
    case(
        Party("first_order_of_a_churned_lead_is_new", "2024-03-01").hearing("2024-04-01", "EXT_COMPETITOR").order("2024-08-01"),
        "2024-03-01 lead; 2024-04-01 churned; 2024-08-01 new",
    ),
    case(
        Party("D9_from_the_first_fact_where_nobody_registered").complaint("2024-01-01", closed="2024-01-05"), LEAD, "2024-06-29 D9"
    ),
    case(
        Party("D9_void_order_of_staff_is_no_action", "2024-01-01", is_employee=True).order(
            "2024-02-01", status="cancelled", cancelled_at=at("2024-02-01", 12)
        ),
        LEAD, "2024-06-29 D9",
    ),
    case(
        Party("D9_twice", "2023-01-01").inquiry("2023-08-10", closed="2023-08-11"),
        "2023-01-01 lead; 2023-06-30 dormant/lead_dormant; 2023-08-10 lead; 2024-02-06 dormant/lead_dormant",
        "2023-06-30 D9 2023-08-10 re_engaged; 2024-02-06 D9",
    ),
    case(
        Party("D9_first_order_converts", "2024-01-01").order("2024-08-01"),
        f"{LEAD}; 2024-08-01 new", "2024-06-29 D9 2024-08-01 converted",
    ),
    case(
        Party("D9_free_sample_is_an_action", "2024-01-01").order("2024-07-10", net=0, is_trial=True),
        f"{LEAD}; 2024-07-10 lead", "2024-06-29 D9 2024-07-10 re_engaged",
    ),
    case(
        Party("D9_void_order_is_an_action_on_each_of_its_days", "2023-08-01").order("2024-01-15", order_id="v1").order(
            "2024-01-15", order_id="v1", known="2024-02-01", status="cancelled", cancelled_at=at("2024-02-01")
        ),
        "2023-08-01 lead; 2024-07-30 dormant/lead_dormant", "2024-07-30 D9",
    ),
]

CONTRACT = {"contract_start_on": "2022-10-01", "contract_end_on": "2023-08-31", "contract_status": "ended"}
SPOKEN_FOR = AccountParty("contact_speaks_for_its_account", **CONTRACT).contact("spokesperson", "2022-10-01")
SPOKEN_FOR.by("spokesperson").activity("2023-09-01")

ACCOUNTS = [
    # D8 from the last two-way contact: 2023-10-02 + 365 = 2024-10-01
    case(
        AccountParty("D8_day_364", **CONTRACT).activity("2023-06-01").activity("2023-10-03"), "2022-10-01 active"
    ),
    case(
        AccountParty("D8_day_365", **CONTRACT).activity("2023-06-01").activity("2023-10-02"),
        "2022-10-01 active; 2024-10-01 dormant", "2024-10-01 D8",
    ),
    case(
        AccountParty("D8_our_own_mail_resets_nothing", **CONTRACT).activity("2023-09-20")
        .activity("2024-03-01", channel="email", direction="outbound", outcome="no_reply"),
        "2022-10-01 active; 2024-09-19 dormant", "2024-09-19 D8",
    ),
    case(
        AccountParty("D8_complaint_resets_nothing", **CONTRACT).activity("2023-09-20").complaint("2024-03-01", closed="2024-03-02"),
        "2022-10-01 active; 2024-03-01 at_risk; 2024-03-02 active; 2024-09-19 dormant", "2024-09-19 D8",
    ),
    case(
        AccountParty("D8_contact_on_dormant_on_keeps_awake", **CONTRACT).activity("2023-09-20").activity("2024-09-19"),
        "2022-10-01 active",
    ),
    case(
        AccountParty("D8_contact_the_day_after_ends_nothing", **CONTRACT).activity("2023-09-20").activity("2024-09-20"),
        "2022-10-01 active; 2024-09-19 dormant", "2024-09-19 D8",
    ),
    case(
        AccountParty("D8_ended_by_use_then_active", **CONTRACT).activity("2023-08-20").use("2024-09-10", "2024-09-11"),
        "2022-10-01 active; 2024-08-19 dormant; 2024-09-10 reactivated; 2024-09-11 active",
        "2024-08-19 D8 2024-09-10 reactivated",
    ),
    case(
        AccountParty("a_use_day_without_events_is_none", **CONTRACT).activity("2023-08-20").use("2024-09-10", events=0),
        "2022-10-01 active; 2024-08-19 dormant", "2024-08-19 D8",
    ),
    # all use within 30 days: 90 days from the later of first use and last contact
    case(
        AccountParty("onboarding_only", contract_start_on="2023-11-01", contract_end_on="2024-01-31", contract_status="ended")
        .use("2023-11-10", "2023-11-20", "2023-12-10"),
        "2023-11-01 active; 2024-02-08 dormant", "2024-02-08 D8",
    ),
    case(
        AccountParty("onboarding_and_one_day_more", contract_start_on="2023-11-01", contract_end_on="2024-01-31",
                     contract_status="ended").use("2023-11-10", "2023-11-20", "2023-12-11"),
        "2023-11-01 active",
    ),
    # paying
    case(
        AccountParty("paying_inactive_then_used", contract_start_on="2022-01-01").use("2022-01-10", "2022-03-01", "2024-09-01"),
        "2022-01-01 active; 2023-03-01 active/paying_inactive; 2024-09-01 active",
    ),
    case(
        AccountParty("contract_ends_after_D8_was_crossed", contract_start_on="2022-01-01", contract_end_on="2024-06-30",
                     contract_status="ended").use("2022-01-10", "2022-03-01"),
        "2022-01-01 active; 2023-03-01 active/paying_inactive; 2024-07-01 dormant/long_dormant", "2024-07-01 D8",
    ),
    case(
        AccountParty("contract_ended_for_a_competitor", contract_start_on="2022-01-01", contract_end_on="2024-06-30",
                     contract_status="ended", cancel_reason_code="EXT_COMPETITOR").use("2022-01-10", "2022-09-01", "2024-03-01"),
        "2022-01-01 active; 2022-04-10 active/paying_inactive; 2022-09-01 active; 2023-09-01 active/paying_inactive;"
        "2024-03-01 active; 2024-07-01 churned",
    ),
    case(
        AccountParty("complaint_of_a_paying_inactive_account", contract_start_on="2022-01-01").use("2022-01-10", "2022-03-01")
        .complaint("2024-03-01", known="2024-03-01", closed="2024-04-01"),
        "2022-01-01 active; 2023-03-01 active/paying_inactive; 2024-03-01 at_risk; 2024-04-01 active/paying_inactive",
    ),
    case(SPOKEN_FOR, "2022-10-01 active; 2024-08-31 dormant", "2024-08-31 D8"),
    # D7: 2024-04-01 + 183 = 2024-10-01
    case(
        AccountParty("D7_day_182", "2024-03-20").deal("2024-03-25").activity("2024-04-02"), "2024-03-20 lead"
    ),
    case(
        AccountParty("D7_day_183", "2024-03-20").deal("2024-03-25").activity("2024-04-01"),
        "2024-03-20 lead; 2024-10-01 dormant", "2024-10-01 D7,D9",
    ),
    case(
        AccountParty("D7_last_activity_of_the_deal_is_no_clock", "2024-03-01").deal("2024-03-05", last_activity_on="2024-09-20"),
        "2024-03-01 lead; 2024-09-04 dormant", "2024-09-04 D7,D9",
    ),
    case(
        AccountParty("D7_not_while_billed", contract_start_on="2024-01-01").deal("2024-02-01"), "2024-01-01 active"
    ),
    case(
        AccountParty("D7_ended_by_winning", "2024-01-05").deal("2024-01-10", deal_id="w1").deal(
            "2024-01-10", deal_id="w1", result="won", closed="2024-08-20"
        ),
        "2024-01-05 lead; 2024-07-11 dormant; 2024-08-20 active", "2024-07-11 D7,D9 2024-08-20 converted",
    ),
    case(
        AccountParty("a_deal_opened_in_a_D8_spell_ends_nothing", **CONTRACT).activity("2023-08-20").deal("2024-09-10"),
        "2022-10-01 active; 2024-08-19 dormant", "2024-08-19 D8",
    ),
    case(
        AccountParty("a_deal_opened_re_engages_a_lead", "2024-01-01").deal("2024-08-10"),
        "2024-01-01 lead; 2024-06-29 dormant/lead_dormant; 2024-08-10 lead", "2024-06-29 D9 2024-08-10 re_engaged",
    ),
    case(
        AccountParty("lead_account_bought", "2024-05-01").order("2024-06-01"), "2024-05-01 lead; 2024-06-01 active"
    ),
    # 2022-10-01 + 730 = 2024-09-30
    case(
        AccountParty("B2B_long_dormant", contract_start_on="2021-10-01", contract_end_on="2022-03-31", contract_status="ended")
        .activity("2022-09-30"),
        "2021-10-01 active; 2023-09-30 dormant; 2024-09-30 dormant/long_dormant", "2023-09-30 D8",
    ),
    case(
        AccountParty("B2B_won_deal_resets_the_clock", "2022-01-05").deal("2022-01-10", result="won", closed="2023-05-01"),
        "2022-01-05 lead; 2022-07-12 dormant; 2023-05-01 active; 2024-04-30 dormant",
        "2022-07-12 D7,D9 2023-05-01 converted; 2024-04-30 D8",
    ),
    case(
        AccountParty("weekly_use_keeps_awake", contract_start_on="2023-01-01", contract_end_on="2024-03-31", contract_status="ended")
        .use(*days("2023-01-10", 90, 7)),
        "2023-01-01 active",
    ),
]  # fmt: skip

CASES = [*LEADS, *ACCOUNTS]
