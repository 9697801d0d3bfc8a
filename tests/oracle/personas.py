"""The golden personas of §2.1 as canonical rows for the source `generic`. As of 2024-10-01 unless their test says otherwise."""

from __future__ import annotations

from tests.oracle.build import AccountParty, Party, at, days, product
from tests.oracle.cases import Case, case

PRODUCTS = [
    product("FAVOURITE", discontinued_on="2024-05-01", successor_id="SUCCESSOR", lifecycle="discontinued"),
    product("SUCCESSOR", lifecycle="current"),
]
# the file of P26, whose shop writes the small hours as the day before
LATE_ORDERS = (
    "order_id,party_id,ordered_at,order_type,status,net_amount,known_at\n"
    "P26-o1,P26,2024/09/30 25:30,single,paid,3000,2024-10-01 12:00:00\n"
)
COURSE = ("2023-08-10", "2023-09-10", "2023-10-10", "2023-11-10")


def surplus_subscriber(name: str) -> Party:
    return (
        Party(name).course("2023-08-10").deliver(*COURSE).course_event("2023-11-20", "cancel", reason_code="CHG_SURPLUS")
        .course("2023-08-10", known="2023-11-20", status="cancelled", cancelled_on="2023-11-20",
                cancel_reason_code="CHG_SURPLUS", cancel_reason_text="余っている")
    )  # fmt: skip


def named(name: str, registered: str, kana: str, given_kana: str, phone: str) -> Party:
    return Party(
        name, registered, family_name="佐藤", given_name=given_kana, family_name_kana=kana, given_name_kana=given_kana,
        phone=phone,
    )  # fmt: skip


P04 = Party("P04", "2024-05-01").order("2024-06-01", order_id="P04-o1").order(
    "2024-06-01", order_id="P04-o1", known="2024-06-20", status="returned", returned_at=at("2024-06-20")
)
P05 = Party("P05").order("2024-01-10").order("2024-07-01", order_id="P05-o2").order(
    "2024-07-01", order_id="P05-o2", known="2024-08-10", status="cancelled", cancelled_at=at("2024-08-10")
)
# came back 2024-07-25, which the shop told only on 2024-08-08
P23 = Party("P23").order("2024-01-05").order("2024-07-10", order_id="P23-o2", campaign_code="winback-2024-07").order(
    "2024-07-10", order_id="P23-o2", campaign_code="winback-2024-07", known="2024-08-08", status="returned",
    returned_at=at("2024-07-25"),
)  # fmt: skip
P10 = (
    Party("P10", "2023-12-20", prefecture_code="13")
    .orders("2023-12-20", "2024-01-30", "2024-03-31")
    .customer("2024-05-05", "2023-12-20", prefecture_code="27")
)
P11 = (
    Party("P11").course("2024-01-05", next_delivery_on="2024-04-05").deliver("2024-01-05", "2024-02-05", "2024-03-05")
    .course_event("2024-04-02", "payment_failed")
)  # fmt: skip
P13 = Party("P13").orders("2023-12-20", "2024-01-30", "2024-03-10", gross_amount=3800, discount_amount=500).hearing(
    "2024-09-10", "EXT_COMPETITOR", competitor_id="RIVAL"
)
P15 = Party("P15", "2024-05-01", birth_date="2008-04-01").order("2024-06-01")
P22_EC = named("P22", "2023-09-01", "サトウ", "ミホ", "0311112222").orders("2023-10-01", "2023-12-01")
P22_POS = named("P22-pos", "2023-12-20", "サトウ", "ミホ", "0311112222").orders(
    *[f"2024-{m:02}-01" for m in range(1, 10)]
)
P21 = (
    named("P21-mother", "2024-05-01", "サトウ", "ヨシコ", "0322223333").order("2024-06-01"),
    named("P21-daughter", "2024-05-01", "サトウ", "アヤ", "0322223333").order("2024-08-01"),
)
P20_GIVER = Party("P20-giver").order("2024-09-01", is_gift=True, ship_to_party_id="P20")
P16 = AccountParty(
    "P16", contract_start_on="2022-10-01", contract_end_on="2023-08-31", contract_status="ended"
).activity("2023-09-20")
P17 = AccountParty("P17", contract_start_on="2022-10-01", contract_status="active").use(
    *days("2022-10-10", 10, 30), "2023-08-28"
)
P18 = AccountParty("P18", "2023-12-01").deal("2024-01-10", deal_id="P18-d", last_activity_on="2024-09-15", reschedule_count=2)
P18.activity("2024-03-15", deal_id="P18-d", channel="meeting")
for month in range(4, 10):
    P18.activity(f"2024-{month:02}-15", deal_id="P18-d", channel="email", direction="outbound", outcome="no_reply")



def mailable(name: str) -> Party:
    """P27: somebody with nothing against a mail; the drawing of lots alone decides who of them gets one."""
    return Party(name, "2024-04-20", email=mail_address(name)).consent("2024-04-20", "email", mail_address(name)).order("2024-04-20")


def mail_address(name: str) -> str:
    return f"{name.lower()}@mail.example.jp"


# enough for the hold-out's buckets to hold some and to leave some
P27 = {name: mailable(name) for name in (f"P27-{number:02}" for number in range(1, 31))}

LEAD_COURSE = "2023-08-10 new; 2023-09-10 active; 2023-12-09 at_risk; 2023-12-10 dormant"
ONE_ORDER = "2024-06-01 new; 2024-08-30 dormant"

CASES: dict[str, Case] = {
    c.name: c
    for c in (
        case(
            Party("P01").orders("2024-01-01", "2024-01-31", "2024-03-01", "2024-03-31"),
            "2024-01-01 new; 2024-01-31 active; 2024-06-29 at_risk; 2024-08-13 dormant", "2024-08-13 D2",
        ),
        case(
            Party("P02").orders(*[f"2024-0{m}-15" for m in range(1, 7)]),
            "2024-01-15 new; 2024-02-15 active; 2024-08-30 at_risk; 2024-08-31 dormant", "2024-08-31 D5",
        ),
        case(Party("P03").order("2024-06-01"), ONE_ORDER, "2024-08-30 D4"),
        case(P04, "2024-05-01 lead"),
        case(P05, "2024-01-10 new; 2024-04-09 dormant", "2024-04-09 D4"),
        case(surplus_subscriber("P06"), LEAD_COURSE, "2023-12-10 D6"),
        case(surplus_subscriber("P07"), LEAD_COURSE, "2023-12-10 D6"),
        case(
            Party("P08").orders("2023-12-20", "2024-01-30", "2024-03-10")
            .complaint("2024-03-20", inquiry_id="P08-i", category_l1="品質")
            .complaint("2024-03-20", inquiry_id="P08-i", category_l1="品質", closed="2024-09-15"),
            "2023-12-20 new; 2024-01-30 active; 2024-03-20 at_risk; 2024-09-06 dormant", "2024-09-06 D1",
        ),
        case(
            Party("P09").orders("2023-12-20", "2024-01-30", "2024-03-25").inquiry("2024-04-01"),
            "2023-12-20 new; 2024-01-30 active; 2024-09-21 dormant", "2024-09-21 D1",
        ),
        case(P10, "2023-12-20 new; 2024-01-30 active; 2024-09-27 dormant", "2024-09-27 D1"),
        case(P11, "2024-01-05 new; 2024-02-05 active; 2024-09-01 dormant", "2024-09-01 D1"),
        case(
            Party("P12").orders("2024-01-10", "2024-02-20", "2024-04-01", lines=[("FAVOURITE", 3000, 1)]),
            "2024-01-10 new; 2024-02-20 active; 2024-09-28 dormant", "2024-09-28 D1",
        ),
        case(
            P13, "2023-12-20 new; 2024-01-30 active; 2024-09-06 dormant; 2024-09-10 churned",
            "2024-09-06 D1 2024-09-10 churned",
        ),
        case(
            Party("P14").order("2024-06-01").call("2024-08-01", "HANGUP").call("2024-08-20", "HANGUP"),
            ONE_ORDER, "2024-08-30 D4",
        ),
        case(P15, f"2024-05-01 lead; {ONE_ORDER}", "2024-08-30 D4"),
        case(P16, "2022-10-01 active; 2024-09-19 dormant", "2024-09-19 D8"),
        case(P17, "2022-10-01 active; 2024-08-27 active/paying_inactive"),
        case(P18, "2023-12-01 lead; 2024-09-14 dormant", "2024-09-14 D7,D9"),
        case(
            Party("P19").orders("2021-12-10", "2022-12-10", "2023-12-10"),
            "2021-12-10 new; 2022-03-10 dormant; 2022-12-10 reactivated; 2023-06-08 dormant; 2023-12-10 reactivated",
            "2022-03-10 D4 2022-12-10 reactivated; 2023-06-08 D1 again 2023-12-10 reactivated",
        ),
        case(P20_GIVER, "2024-09-01 new"),
        case(P21[0], f"2024-05-01 lead; {ONE_ORDER}", "2024-08-30 D4"),
        case(P21[1], "2024-05-01 lead; 2024-08-01 new"),
        case(P23, "2024-01-05 new; 2024-04-04 dormant", "2024-04-04 D4"),
        case(
            Party("P24").orders("2023-01-10", "2023-02-10", "2024-02-01"),
            "2023-01-10 new; 2023-02-10 active; 2023-08-09 dormant; 2024-02-01 reactivated; 2024-07-30 dormant",
            "2023-08-09 D1 2024-02-01 reactivated; 2024-07-30 D1 again",
        ),
        case(Party("P25", "2024-05-01").order("2024-06-01"), f"2024-05-01 lead; {ONE_ORDER}", "2024-08-30 D4"),
        *(case(party, "2024-04-20 new; 2024-07-19 dormant", "2024-07-19 D4") for party in P27.values()),
        case(Party("P28").orders("2024-02-01", "2024-03-20"), "2024-02-01 new; 2024-03-20 active; 2024-09-16 dormant",
             "2024-09-16 D1"),
    )
}  # fmt: skip
# parties whose story the cases above do not tell by themselves
OTHERS = (P22_EC, P22_POS)
