"""Cases of buyers without subscriptions: D1–D5, SEASONAL, returns, void orders, at risk. As of 2024-10-01."""

from __future__ import annotations

from tests.oracle.build import Party, at, days, product
from tests.oracle.cases import case

PRODUCTS = [product("PACK30", usage_days=30), product("PLAIN"), product("ALPHA30", usage_days=30)]
PACK = "PACK30"

CASES = [
    # D1, the day before, the day, the day after
    case(Party("D1_day_179").orders("2024-02-20", "2024-04-05"), "2024-02-20 new; 2024-04-05 active"),
    case(
        Party("D1_day_180").orders("2024-02-20", "2024-04-04"),
        "2024-02-20 new; 2024-04-04 active; 2024-10-01 dormant", "2024-10-01 D1",
    ),
    case(
        Party("D1_day_181").orders("2024-02-20", "2024-04-03"),
        "2024-02-20 new; 2024-04-03 active; 2024-09-30 dormant", "2024-09-30 D1",
    ),
    # D4
    case(Party("D4_day_89").orders("2024-07-04"), "2024-07-04 new"),
    case(Party("D4_day_90").orders("2024-07-03"), "2024-07-03 new; 2024-10-01 dormant", "2024-10-01 D4"),
    case(Party("D4_day_91").orders("2024-07-02"), "2024-07-02 new; 2024-09-30 dormant", "2024-09-30 D4"),
    case(
        Party("D4_second_order_day_before").orders("2024-06-01", "2024-08-29"), "2024-06-01 new; 2024-08-29 active"
    ),
    case(
        Party("D4_second_order_on_dormant_on_keeps_awake").orders("2024-06-01", "2024-08-30"),
        "2024-06-01 new; 2024-08-30 active",
    ),
    case(
        Party("D4_second_order_day_91_is_a_reactivation").orders("2024-06-01", "2024-08-31"),
        "2024-06-01 new; 2024-08-30 dormant; 2024-08-31 reactivated", "2024-08-30 D4 2024-08-31 reactivated",
    ),
    case(
        Party("two_orders_of_one_day_are_one_occasion").orders("2024-06-01", "2024-06-01"),
        "2024-06-01 new; 2024-08-30 dormant", "2024-08-30 D4",
    ),
    # D2: clamp, shrinkage, days that are not whole; g=(n·median+3·60)/(n+3)
    case(
        Party("D2_order_on_dormant_on_keeps_awake").orders(
            "2024-01-01", "2024-01-31", "2024-03-01", "2024-03-31", "2024-08-13"
        ),
        "2024-01-01 new; 2024-01-31 active; 2024-06-29 at_risk; 2024-08-13 active",
    ),
    case(
        Party("D2_order_the_day_after_is_a_reactivation").orders(
            "2024-01-01", "2024-01-31", "2024-03-01", "2024-03-31", "2024-08-14"
        ),
        "2024-01-01 new; 2024-01-31 active; 2024-06-29 at_risk; 2024-08-13 dormant; 2024-08-14 reactivated",
        "2024-08-13 D2 2024-08-14 reactivated",
    ),
    # 20 gaps of 5 days: g = 280/23 = 12.17, 2g = 24.3 => day 25, 3g = 36.5 => clamp 60; long beyond 2 × 60
    case(
        Party("D2_clamped_to_60").orders(*map(str, days("2024-01-01", 21, 5))),
        "2024-01-01 new; 2024-01-06 active; 2024-05-05 at_risk; 2024-06-09 dormant; 2024-08-09 dormant/long_dormant",
        "2024-06-09 D2",
    ),
    # 3 gaps of 500 days: g = 280, 3g = 840 => clamp 730; never at risk after a reactivation; long beyond 730
    case(
        Party("D2_clamped_to_730").orders("2018-01-01", "2019-05-16", "2020-09-27", "2022-02-09"),
        "2018-01-01 new; 2018-04-01 dormant; 2019-05-16 reactivated; 2019-11-12 dormant; 2020-09-27 reactivated;"
        "2021-03-26 dormant; 2022-02-09 reactivated; 2024-02-09 dormant; 2024-02-10 dormant/long_dormant",
        "2018-04-01 D4 2019-05-16 reactivated; 2019-11-12 D1 again 2020-09-27 reactivated;"
        "2021-03-26 D1 again 2022-02-09 reactivated; 2024-02-09 D2,D1 again",
    ),
    # 4 gaps of 600 days: g = 368.6; 2g = 737 lies behind dormant_on, so at risk is the day before it
    case(
        Party("D2_at_risk_is_bounded_by_the_day_before").orders(
            "2015-03-01", "2016-10-21", "2018-06-13", "2020-02-03", "2021-09-25"
        ),
        "2015-03-01 new; 2015-05-30 dormant; 2016-10-21 reactivated; 2017-04-19 dormant; 2018-06-13 reactivated;"
        "2018-12-10 dormant; 2020-02-03 reactivated; 2021-09-25 active; 2023-09-24 at_risk; 2023-09-25 dormant;"
        "2023-09-26 dormant/long_dormant",
        "2015-05-30 D4 2016-10-21 reactivated; 2017-04-19 D1 again 2018-06-13 reactivated;"
        "2018-12-10 D1 again 2020-02-03 reactivated; 2023-09-25 D2,D1",
    ),
    # 7 gaps of 71 days: g = 67.7, 2g = 135.4 => 136, 3g = 203.1 => 204
    case(
        Party("D2_part_of_a_day_counts_as_a_day").orders(*map(str, days("2022-09-22", 8, 71))),
        "2022-09-22 new; 2022-12-02 active; 2024-06-16 at_risk; 2024-08-23 dormant", "2024-08-23 D2,D1",
    ),
    # gaps 70, 90, 80, 100 have the median 85: g = 520/7, 2g => 149, 3g => 223
    case(
        Party("D2_median_of_an_even_count").orders("2023-01-10", "2023-03-21", "2023-06-19", "2023-09-07", "2023-12-16"),
        "2023-01-10 new; 2023-03-21 active; 2024-05-13 at_risk; 2024-07-26 dormant", "2024-07-26 D2,D1",
    ),
    # D5
    case(
        Party("D5_order_on_dormant_on_keeps_awake").orders(*[f"2024-0{m}-15" for m in range(1, 7)], "2024-08-31"),
        "2024-01-15 new; 2024-02-15 active; 2024-08-30 at_risk; 2024-08-31 active",
    ),
    case(
        Party("D5_ends_on_a_leap_day").orders(*[f"2023-{m:02}-20" for m in range(7, 13)], "2024-03-01"),
        "2023-07-20 new; 2023-08-20 active; 2024-02-28 at_risk; 2024-02-29 dormant; 2024-03-01 reactivated;"
        "2024-05-31 dormant",
        "2024-02-29 D5 2024-03-01 reactivated; 2024-05-31 D5 again",
    ),
    # median gap 7 days: D5 does not apply; g = 355/28 = 12.7 => at risk 26, clamp 60
    case(
        Party("D5_not_for_a_weekly_buyer").orders(*map(str, days("2024-01-01", 26, 7))),
        "2024-01-01 new; 2024-01-08 active; 2024-07-20 at_risk; 2024-08-23 dormant", "2024-08-23 D2",
    ),
    # 8 gaps of 20 days: D5; of 19 days: g = 332/11 = 30.2 => 61 and 91 days
    case(
        Party("D5_for_a_median_gap_of_20_days").orders(*map(str, days("2024-01-05", 9, 20))),
        "2024-01-05 new; 2024-01-25 active; 2024-08-14 at_risk; 2024-08-31 dormant", "2024-08-31 D5",
    ),
    case(
        Party("D5_not_for_a_median_gap_of_19_days").orders(*map(str, days("2024-01-05", 9, 19))),
        "2024-01-05 new; 2024-01-24 active; 2024-08-05 at_risk; 2024-09-04 dormant", "2024-09-04 D2",
    ),
    case(
        Party("D5_visits_count_among_the_months").orders("2024-02-15", "2024-05-10").visit(
            "2024-03-10", "2024-04-10", "2024-06-20"
        ),
        "2024-02-15 new; 2024-05-10 active; 2024-08-31 dormant", "2024-08-31 D5",
    ),
    case(
        Party("D5_a_visit_fills_a_month").orders("2024-02-15", "2024-05-10").visit(
            "2024-03-10", "2024-04-10", "2024-06-20", "2024-08-31"
        ),
        "2024-02-15 new; 2024-05-10 active",
    ),
    case(
        Party("D5_a_visit_ends_no_spell").orders("2024-02-15", "2024-05-10").visit(
            "2024-03-10", "2024-04-10", "2024-06-20", "2024-09-10"
        ),
        "2024-02-15 new; 2024-05-10 active; 2024-08-31 dormant", "2024-08-31 D5",
    ),
    case(
        Party("D5_needs_a_gap").orders("2024-02-15").visit("2024-03-10", "2024-04-10", "2024-05-20", "2024-06-20"),
        "2024-02-15 new; 2024-05-15 dormant", "2024-05-15 D4",
    ),
    # D3
    case(
        Party("D3_pack_of_30_days_twice").order("2024-04-01", lines=[(PACK, 3000, 2)]),
        "2024-04-01 new; 2024-06-15 at_risk; 2024-06-30 dormant", "2024-06-30 D3,D4",
    ),
    case(
        Party("D3_stock_adds_up").order("2024-04-01", lines=[(PACK, 3000, 2)]).order("2024-04-20", lines=[(PACK, 1500, 1)]),
        "2024-04-01 new; 2024-04-20 active; 2024-07-15 at_risk; 2024-07-30 dormant", "2024-07-30 D3",
    ),
    case(
        Party("D3_only_what_was_kept").order("2024-04-01", lines=[(PACK, 4500, 3, 1)]),
        "2024-04-01 new; 2024-06-15 at_risk; 2024-06-30 dormant", "2024-06-30 D3,D4",
    ),
    case(
        Party("D3_used_up_before_the_next_order").order("2024-01-01", lines=[(PACK, 1500, 1)]).order(
            "2024-03-20", lines=[(PACK, 1500, 1)]
        ),
        "2024-01-01 new; 2024-02-15 at_risk; 2024-03-01 dormant; 2024-03-20 reactivated; 2024-05-19 dormant",
        "2024-03-01 D3 2024-03-20 reactivated; 2024-05-19 D3 again",
    ),
    case(
        Party("D3_not_where_the_main_product_does_not_run_out").order(
            "2024-04-01", lines=[(PACK, 500, 2), ("PLAIN", 2500, 1)]
        ),
        "2024-04-01 new; 2024-06-30 dormant", "2024-06-30 D4",
    ),
    case(
        Party("D3_of_equal_amounts_the_first_code").order("2024-04-01", lines=[("PLAIN", 1500, 1), ("ALPHA30", 1500, 1)]),
        "2024-04-01 new; 2024-05-16 at_risk; 2024-05-31 dormant", "2024-05-31 D3",
    ),
    # SEASONAL
    case(
        Party("SEASONAL_june_buyer").orders("2020-06-10", "2021-06-10", "2022-06-10"),
        "2020-06-10 new; 2020-09-08 dormant; 2021-06-10 reactivated; 2021-12-07 dormant; 2022-06-10 reactivated;"
        "2023-07-01 dormant; 2024-06-10 dormant/long_dormant",
        "2020-09-08 D4 2021-06-10 reactivated; 2021-12-07 D1 again 2022-06-10 reactivated; 2023-07-01 SEASONAL,D1 again",
    ),
    case(
        Party("SEASONAL_window_over_new_year").orders("2021-12-20", "2023-01-05", "2024-01-10"),
        "2021-12-20 new; 2022-03-20 dormant; 2023-01-05 reactivated; 2023-07-04 dormant; 2024-01-10 reactivated",
        "2022-03-20 D4 2023-01-05 reactivated; 2023-07-04 D1 again 2024-01-10 reactivated",
    ),
    case(
        Party("SEASONAL_window_of_three_months").orders("2020-06-10", "2021-07-10", "2022-08-10"),
        "2020-06-10 new; 2020-09-08 dormant; 2021-07-10 reactivated; 2022-01-06 dormant; 2022-08-10 reactivated;"
        "2023-09-01 dormant; 2024-08-10 dormant/long_dormant",
        "2020-09-08 D4 2021-07-10 reactivated; 2022-01-06 D1 again 2022-08-10 reactivated; 2023-09-01 SEASONAL,D1 again",
    ),
    # April–May and May–June hold 80 % each: the earlier first month wins; 2g warns of nothing
    case(
        Party("SEASONAL_tie_goes_to_the_earlier_month").orders(
            "2020-05-10", "2021-04-05", "2021-05-10", "2022-05-10", "2022-06-05"
        ),
        "2020-05-10 new; 2020-08-08 dormant; 2021-04-05 reactivated; 2021-05-10 active; 2021-11-06 dormant;"
        "2022-05-10 reactivated; 2022-06-05 active; 2023-06-01 dormant; 2024-06-05 dormant/long_dormant",
        "2020-08-08 D4 2021-04-05 reactivated; 2021-11-06 D1 2022-05-10 reactivated; 2023-06-01 SEASONAL,D1",
    ),
    # two of three order dates in December are 67 %, with a fourth 75 %
    case(
        Party("SEASONAL_not_below_70_percent").orders("2020-12-10", "2021-12-10", "2022-07-01"),
        "2020-12-10 new; 2021-03-10 dormant; 2021-12-10 reactivated; 2022-06-08 dormant; 2022-07-01 reactivated;"
        "2022-12-28 dormant; 2024-07-01 dormant/long_dormant",
        "2021-03-10 D4 2021-12-10 reactivated; 2022-06-08 D1 again 2022-07-01 reactivated; 2022-12-28 D1 again",
    ),
    # back again
    case(
        Party("settled_by_an_order_on_the_redormancy_day").orders("2023-01-10", "2023-02-10", "2024-02-01", "2024-07-30"),
        "2023-01-10 new; 2023-02-10 active; 2023-08-09 dormant; 2024-02-01 reactivated; 2024-07-30 active",
        "2023-08-09 D1 2024-02-01 reactivated",
    ),
    case(
        Party("not_settled_the_day_after_it").orders("2023-01-10", "2023-02-10", "2024-02-01", "2024-07-31"),
        "2023-01-10 new; 2023-02-10 active; 2023-08-09 dormant; 2024-02-01 reactivated; 2024-07-30 dormant;"
        "2024-07-31 reactivated",
        "2023-08-09 D1 2024-02-01 reactivated; 2024-07-30 D1 again 2024-07-31 reactivated",
    ),
    case(
        Party("long_dormant_beyond_730_days").orders("2022-08-01", "2022-10-01"),
        "2022-08-01 new; 2022-10-01 active; 2023-03-30 dormant; 2024-10-01 dormant/long_dormant", "2023-03-30 D1",
    ),
    case(
        Party("not_long_dormant_on_day_730").orders("2022-08-01", "2022-10-02"),
        "2022-08-01 new; 2022-10-02 active; 2023-03-31 dormant", "2023-03-31 D1",
    ),
    # void orders, ¥0
    case(
        Party("a_void_order_was_never_there").order("2024-01-10").order("2024-03-01", order_id="void-1").order(
            "2024-03-01", order_id="void-1", known="2024-05-20", status="cancelled", cancelled_at=at("2024-05-20")
        ),
        "2024-01-10 new; 2024-04-09 dormant", "2024-04-09 D4",
    ),
    case(
        Party("a_part_that_came_back_leaves_an_order").order(
            "2024-06-01", lines=[("PLAIN", 3000, 2, 1)]
        ),
        "2024-06-01 new; 2024-08-30 dormant", "2024-08-30 D4",
    ),
    case(
        Party("all_goods_back_is_no_order", "2024-06-01").order("2024-06-01", lines=[("PLAIN", 3000, 2, 2)]),
        "2024-06-01 lead",
    ),
    case(
        Party("free_goods_reset_no_clock").order("2024-06-01").order("2024-08-01", net=0),
        "2024-06-01 new; 2024-08-30 dormant", "2024-08-30 D4",
    ),
    case(
        Party("paid_by_points_is_paid").order("2024-06-01").order("2024-08-01", net=0, point_amount=3000),
        "2024-06-01 new; 2024-08-01 active",
    ),
    case(
        Party("goodwill_refund_keeps_the_order").order("2024-06-01", net=0, refund_amount=3000, status="shipped"),
        "2024-06-01 new; 2024-08-30 dormant", "2024-08-30 D4",
    ),
    case(
        Party("paid_trial_is_the_first_order").order("2024-06-01", net=500, is_trial=True),
        "2024-06-01 new; 2024-08-30 dormant", "2024-08-30 D4",
    ),
    case(
        Party("staff_stay_leads", "2024-06-01", is_employee=True).orders("2024-06-05", "2024-08-05"),
        "2024-06-01 lead",
    ),
    # at risk by complaint and by amount
    case(
        Party("complaint_open_until_closed").orders("2024-08-01", "2024-08-15").complaint(
            "2024-08-20", inquiry_id="cp1"
        ).complaint("2024-08-20", inquiry_id="cp1", closed="2024-09-05"),
        "2024-08-01 new; 2024-08-15 active; 2024-08-20 at_risk; 2024-09-05 active",
    ),
    case(
        Party("complaint_of_a_new_customer").orders("2024-08-01", "2024-08-25").complaint(
            "2024-08-20", closed="2024-09-05"
        ),
        "2024-08-01 new; 2024-08-20 at_risk; 2024-09-05 active",
    ),
    case(
        Party("complaint_after_a_reactivation_warns_only_once_settled").orders(
            "2024-01-10", "2024-05-01", "2024-06-20"
        ).complaint("2024-05-05", closed="2024-07-01"),
        "2024-01-10 new; 2024-04-09 dormant; 2024-05-01 reactivated; 2024-06-20 at_risk; 2024-07-01 active",
        "2024-04-09 D4 2024-05-01 reactivated",
    ),
    # 3 gaps of 10 days: g = 35, 2g = 70
    case(
        Party("amount_ratio_of_exactly_0_7").orders("2024-06-01", "2024-06-11", "2024-06-21").order("2024-07-01", net=1200),
        "2024-06-01 new; 2024-06-11 active; 2024-07-01 at_risk",
    ),
    case(
        Party("amount_ratio_above_0_7").orders("2024-06-01", "2024-06-11", "2024-06-21").order("2024-07-01", net=1201),
        "2024-06-01 new; 2024-06-11 active; 2024-09-09 at_risk",
    ),
    # churn
    case(
        Party("left_for_a_competitor_while_asleep").orders("2024-01-10").hearing("2024-06-01", "EXT_COMPETITOR"),
        "2024-01-10 new; 2024-04-09 dormant; 2024-06-01 churned", "2024-04-09 D4 2024-06-01 churned",
    ),
    case(
        Party("dissatisfied_while_awake").orders("2024-08-10").hearing("2024-09-01", "DIS_QUALITY"),
        "2024-08-10 new; 2024-09-01 churned",
    ),
    case(
        Party("heard_but_not_left").orders("2024-01-10").hearing("2024-06-01", "CHG_SURPLUS"),
        "2024-01-10 new; 2024-04-09 dormant", "2024-04-09 D4",
    ),
    case(
        Party("churned_and_back_and_asleep_again").orders("2023-11-10", "2024-03-01").hearing("2024-02-20", "EXT_COMPETITOR"),
        "2023-11-10 new; 2024-02-08 dormant; 2024-02-20 churned; 2024-03-01 reactivated; 2024-08-28 dormant",
        "2024-02-08 D4 2024-02-20 churned; 2024-08-28 D1 again",
    ),
    case(
        Party("member_left", "2024-05-01").orders("2024-06-01").customer(
            "2024-07-01", "2024-05-01", member_status="withdrawn", withdrawn_at=at("2024-07-01")
        ),
        "2024-05-01 lead; 2024-06-01 new; 2024-07-01 churned",
    ),
    case(
        Party("erased_is_blocked").orders("2024-01-10").erase("2024-06-01"),
        "2024-01-10 new; 2024-04-09 dormant; 2024-06-01 churned", "2024-04-09 D4 2024-06-01 blocked",
    ),
    case(
        Party("died_is_blocked", "2023-05-01").orders("2024-01-10").customer("2024-06-03", "2023-05-01", is_deceased=True),
        "2023-05-01 lead; 2023-10-28 dormant/lead_dormant; 2024-01-10 new; 2024-04-09 dormant; 2024-06-03 churned",
        "2023-10-28 D9 2024-01-10 converted; 2024-04-09 D4 2024-06-03 blocked",
    ),
]  # fmt: skip
