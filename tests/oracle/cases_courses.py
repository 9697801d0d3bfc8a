"""Cases of 定期: D6, pauses, skips, resumption, restart, cancellation with a reason. As of 2024-10-01."""

from __future__ import annotations

from tests.oracle.build import Party
from tests.oracle.cases import case


def subscriber(name: str, *deliveries: str, **columns) -> Party:
    """A 定期 of 30 days begun on its first delivery, and its deliveries."""
    return Party(name).course(deliveries[0], **columns).deliver(*deliveries)


def again(party: Party, known: str, **columns) -> Party:
    """A later version of the party's 定期."""
    return party.course(party.rows["subscriptions"][0]["started_on"], known=known, **columns)


WINTER = ("2024-01-10", "2024-02-10", "2024-03-10")
FOUR = ("2023-08-10", "2023-09-10", "2023-10-10", "2023-11-10")
CANCELLED = {"status": "cancelled", "cancelled_on": "2023-11-20", "cancel_reason_code": "CHG_SURPLUS"}

CASES = [
    # no. 4: later of cancelled_on and last delivery + cycle
    case(
        again(subscriber("D6_last_delivery_plus_cycle", *WINTER), "2024-03-15", status="cancelled", cancelled_on="2024-03-15"),
        "2024-01-10 new; 2024-02-10 active; 2024-04-09 dormant", "2024-04-09 D6",
    ),
    case(
        again(subscriber("D6_cancelled_later", *WINTER), "2024-04-20", status="cancelled", cancelled_on="2024-04-20"),
        "2024-01-10 new; 2024-02-10 active; 2024-04-20 dormant", "2024-04-20 D6",
    ),
    case(
        again(subscriber("D6_not_after_another_order", *WINTER), "2024-03-15", status="cancelled", cancelled_on="2024-03-15")
        .order("2024-04-08"),
        "2024-01-10 new; 2024-02-10 active; 2024-06-29 at_risk; 2024-06-30 dormant", "2024-06-30 D5",
    ),
    case(
        again(subscriber("D6_ended_by_an_order", *WINTER), "2024-03-15", status="cancelled", cancelled_on="2024-03-15")
        .order("2024-04-10"),
        "2024-01-10 new; 2024-02-10 active; 2024-04-09 dormant; 2024-04-10 reactivated; 2024-06-30 dormant",
        "2024-04-09 D6 2024-04-10 reactivated; 2024-06-30 D5 again",
    ),
    case(
        again(subscriber("D6_not_while_another_course_runs", *WINTER), "2024-03-15", status="cancelled", cancelled_on="2024-03-15")
        .course("2024-03-01", cycle_days=90, course_id="other", next_delivery_on="2024-10-20"),
        "2024-01-10 new; 2024-02-10 active",
    ),
    # pauses
    case(
        again(subscriber("pause_with_an_end_to_come", *WINTER), "2024-03-20", status="suspended",
              suspended_from_on="2024-03-20", suspended_to_on="2024-12-01"),
        "2024-01-10 new; 2024-02-10 active; 2024-03-20 active/suspended",
    ),
    case(
        again(subscriber("pause_over_and_no_delivery", *WINTER), "2024-03-20", status="suspended",
              suspended_from_on="2024-03-20", suspended_to_on="2024-06-20"),
        "2024-01-10 new; 2024-02-10 active; 2024-03-20 active/suspended; 2024-06-20 active; 2024-07-20 dormant", "2024-07-20 D6",
    ),
    case(
        again(subscriber("pause_without_an_end", *WINTER), "2024-05-01", status="suspended", suspended_from_on="2024-05-01"),
        "2024-01-10 new; 2024-02-10 active; 2024-05-01 dormant", "2024-05-01 D6",
    ),
    case(
        again(subscriber("pause_without_an_end_before_the_next_delivery", *WINTER), "2024-03-12", status="suspended",
              suspended_from_on="2024-03-12"),
        "2024-01-10 new; 2024-02-10 active; 2024-04-09 dormant", "2024-04-09 D6",
    ),
    # 2023-03-20 + 365 = 2024-03-19; + 30 = 2024-04-18
    case(
        again(subscriber("pause_blocks_at_most_365_days", "2023-01-10", "2023-02-10", "2023-03-10"), "2023-03-20",
              status="suspended", suspended_from_on="2023-03-20", suspended_to_on="2099-12-31"),
        "2023-01-10 new; 2023-02-10 active; 2023-03-20 active/suspended; 2024-03-19 active; 2024-04-18 dormant", "2024-04-18 D6",
    ),
    # resumed on 01-05: every day clock restarts there, D1 = 01-05 + 180
    case(
        again(again(subscriber("resumed_and_nothing_after", "2023-09-10", "2023-10-10", "2023-11-10"), "2023-11-20",
                    status="suspended", suspended_from_on="2023-11-20", suspended_to_on="2024-02-20"),
              "2024-01-05", status="active", suspended_from_on="2023-11-20", suspended_to_on="2024-02-20")
        .course_event("2024-01-05", "resume"),
        "2023-09-10 new; 2023-10-10 active; 2023-11-20 active/suspended; 2024-01-05 active; 2024-07-03 dormant", "2024-07-03 D1",
    ),
    case(
        again(again(subscriber("resumed_out_of_a_D6_spell", "2023-09-10", "2023-10-10", "2023-11-10"), "2023-11-20",
                    status="suspended", suspended_from_on="2023-11-20"),
              "2024-01-05", status="active", suspended_from_on="2023-11-20").course_event("2024-01-05", "resume"),
        "2023-09-10 new; 2023-10-10 active; 2023-12-10 dormant; 2024-01-05 reactivated; 2024-07-03 dormant",
        "2023-12-10 D6 2024-01-05 reactivated; 2024-07-03 D1 again",
    ),
    # restart ends a D6 spell
    case(
        again(again(subscriber("restarted", *WINTER), "2024-03-15", status="cancelled", cancelled_on="2024-03-15"),
              "2024-06-01", status="active", next_delivery_on="2024-09-20")
        .course_event("2024-03-15", "cancel").course_event("2024-06-01", "restart"),
        "2024-01-10 new; 2024-02-10 active; 2024-04-09 dormant; 2024-06-01 reactivated", "2024-04-09 D6 2024-06-01 reactivated",
    ),
    # no. 17: blocked until next_delivery_on + 30
    case(
        subscriber("active_course_blocks", "2024-01-10", "2024-02-10", "2024-03-10", "2024-04-10", "2024-05-10",
                   next_delivery_on="2024-09-01"),
        "2024-01-10 new; 2024-02-10 active; 2024-10-01 dormant", "2024-10-01 D5,D2",
    ),
    case(
        subscriber("active_course_blocks_one_day_more", "2024-01-10", "2024-02-10", "2024-03-10", "2024-04-10", "2024-05-10",
                   next_delivery_on="2024-09-02"),
        "2024-01-10 new; 2024-02-10 active",
    ),
    case(
        subscriber("active_course_without_next_delivery_blocks_cycle_and_30_days", "2024-01-10", cycle_days=90),
        "2024-01-10 new; 2024-05-09 dormant", "2024-05-09 D4",
    ),
    # at risk by skips, until a delivery
    case(
        subscriber("two_skips_warn", *WINTER, "2024-08-10", next_delivery_on="2024-10-10")
        .course_event("2024-04-05", "skip").course_event("2024-05-05", "skip"),
        "2024-01-10 new; 2024-02-10 active; 2024-05-05 at_risk; 2024-08-10 active",
    ),
    case(
        subscriber("skips_around_a_delivery_do_not_warn", *WINTER, "2024-04-20", "2024-08-10", next_delivery_on="2024-10-10")
        .course_event("2024-04-05", "skip").course_event("2024-05-05", "skip"),
        "2024-01-10 new; 2024-02-10 active",
    ),
    # no. 12
    case(
        again(subscriber("cancelled_for_quality", *WINTER), "2024-03-20", status="cancelled", cancelled_on="2024-03-20",
              cancel_reason_code="DIS_QUALITY"),
        "2024-01-10 new; 2024-02-10 active; 2024-03-20 churned",
    ),
    case(
        again(subscriber("cancelled_for_a_competitor_beside_another_course", *WINTER), "2024-03-20", status="cancelled",
              cancelled_on="2024-03-20", cancel_reason_code="EXT_COMPETITOR")
        .course("2024-03-01", cycle_days=90, course_id="second", next_delivery_on="2024-10-20"),
        "2024-01-10 new; 2024-02-10 active",
    ),
    case(
        again(subscriber("cancel_event_with_the_reason", *WINTER), "2024-03-20", status="cancelled", cancelled_on="2024-03-20")
        .course_event("2024-03-20", "cancel", reason_code="EXT_COMPETITOR"),
        "2024-01-10 new; 2024-02-10 active; 2024-03-20 churned",
    ),
    case(
        subscriber("next_box_of_a_running_course_wakes_nobody", *WINTER, next_delivery_on="2024-04-10")
        .hearing("2024-03-20", "DIS_PRICE").deliver("2024-04-10"),
        "2024-01-10 new; 2024-02-10 active; 2024-03-20 churned",
    ),
    case(
        again(subscriber("last_box_after_leaving", *WINTER), "2024-03-20", status="cancelled", cancelled_on="2024-03-20",
              cancel_reason_code="DIS_PRICE").deliver("2024-04-10"),
        "2024-01-10 new; 2024-02-10 active; 2024-03-20 churned",
    ),
    case(
        again(subscriber("another_order_after_leaving", *WINTER), "2024-03-20", status="cancelled", cancelled_on="2024-03-20",
              cancel_reason_code="DIS_PRICE").order("2024-04-10"),
        "2024-01-10 new; 2024-02-10 active; 2024-03-20 churned; 2024-04-10 reactivated; 2024-06-30 dormant",
        "2024-06-30 D5 again",
    ),
    case(
        again(subscriber("long_dormant_after_D6_only_beyond_730", "2022-05-31", "2022-06-30", "2022-07-30", "2022-08-29"),
              "2022-09-05", status="cancelled", cancelled_on="2022-09-05"),
        "2022-05-31 new; 2022-06-30 active; 2022-09-27 at_risk; 2022-09-28 dormant; 2024-08-29 dormant/long_dormant",
        "2022-09-28 D6",
    ),
]  # fmt: skip
