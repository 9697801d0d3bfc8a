"""The rule book's golden personas that this stage decides, through staging to marts with the shipped rule rows."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from include import ingest, transform
from include import settings as settings_module

# persona -> orders as (ordered_on, status, known_on, returned_on)
ORDERS = {
    "P01": [("2024-01-01",), ("2024-01-31",), ("2024-03-01",), ("2024-03-31",)],
    "P03": [("2024-06-01",)],
    "P04": [("2024-06-01", "paid", "2024-06-01"), ("2024-06-01", "returned", "2024-06-20")],
    "P05": [("2024-01-10",), ("2024-07-01",), ("2024-07-01", "cancelled", "2024-08-10")],
    "P08": [("2023-12-20",), ("2024-01-30",), ("2024-03-10",)],
    "P09": [("2023-12-20",), ("2024-01-30",), ("2024-03-25",)],
    "P10": [("2023-12-20",), ("2024-01-30",), ("2024-03-31",)],
    "P24": [("2023-01-10",), ("2023-02-10",), ("2024-02-01",)],
    "DAY": [("2024-09-30",), ("2024-09-30",)],
    "LEFT": [("2024-06-01",)],
    "LONG": [("2022-03-01",)],
}
LAYERS = ["staging", "people", "dormancy"]


def _order_rows():
    for persona, orders in ORDERS.items():
        for number, (ordered_on, *rest) in enumerate(orders):
            status, known_on = rest or ("paid", ordered_on)
            key = f"{persona}-{ordered_on}" if rest or persona != "DAY" else f"{persona}-{number}"
            yield (key, persona, f"{ordered_on} 10:00:00", status, 3000, "ec", "d1", "JPY", f"{known_on} 23:59:59")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    found = settings_module.load({"DATA_ROOT": str(tmp_path_factory.mktemp("personas"))})
    ingest.prepare(found)
    with duckdb.connect(str(found.warehouse)) as connection:
        connection.executemany(
            "insert into raw.orders (order_id, party_id, ordered_at, status, net_amount, source_system, delivery_id,"
            " currency_code, known_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            list(_order_rows()),
        )
        connection.execute(
            "insert into raw.customers (source_customer_id, registered_at, withdrawn_at, member_status, source_system,"
            " known_at) values ('P04', '2024-05-01', null, 'member', 'ec', '2024-05-01 23:59:59'),"
            " ('LEFT', '2024-05-01', '2024-07-01', 'withdrawn', 'ec', '2024-07-01 23:59:59')"
        )
        connection.execute("insert into ops.file_ledger (delivery_id, purposes) values ('d1', 'analytics,marketing')")
    return found


def built(settings, as_of: date) -> dict[str, dict[str, list]]:
    transform.prepare(settings, as_of)
    for layer in LAYERS:
        transform.build(settings, layer, as_of)
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        states = connection.execute(
            "select source_id, valid_from, state, coalesce(sub_state, '') from intermediate.int_dormancy__state_spell"
            " join intermediate.int_identity__party using (person_id) order by all"
        ).fetchall()
        spells = connection.execute(
            "select source_id, dormant_on, end_on, deciding_rule, is_redormant from intermediate.int_dormancy__spell"
            " join intermediate.int_identity__party using (person_id) order by source_id, spell_no"
        ).fetchall()
        causes = connection.execute(
            "select source_id, cause_code, round(probability, 2), confidence from intermediate.int_cause__ranked"
            " join intermediate.int_identity__party using (person_id) where cause_rank = 1 order by source_id, spell_no"
        ).fetchall()
    found: dict[str, dict[str, list]] = {name: {"states": [], "spells": [], "causes": []} for name in ORDERS}
    for kind, rows in (("states", states), ("spells", spells), ("causes", causes)):
        for name, *row in rows:
            found[name][kind].append(tuple(str(v) if isinstance(v, date) else v for v in row))
    return found


@pytest.fixture(scope="module")
def on_october_1(settings):
    return built(settings, date(2024, 10, 1))


def test_P01_rule_D2_at_risk_on_june_29_dormant_on_august_13_cause_unknown(on_october_1):
    assert on_october_1["P01"]["states"][-2:] == [("2024-06-29", "at_risk", ""), ("2024-08-13", "dormant", "")]
    assert on_october_1["P01"]["spells"] == [("2024-08-13", None, "D2", False)]
    assert on_october_1["P01"]["causes"] == [("UNKNOWN", 1.0, "low")]


def test_P03_rule_D4_dormant_on_august_30_first_purchase_only(on_october_1):
    assert on_october_1["P03"]["spells"] == [("2024-08-30", None, "D4", False)]
    assert on_october_1["P03"]["causes"] == [("FOR_FIRST", 0.67, "medium")]


def test_P04_whose_only_order_came_back_is_a_lead_and_never_was_a_buyer(on_october_1):
    assert on_october_1["P04"] == {"states": [("2024-05-01", "lead", "")], "spells": [], "causes": []}


@pytest.mark.parametrize(("persona", "dormant_on"), [("P08", "2024-09-06"), ("P09", "2024-09-21"), ("P10", "2024-09-27")])
def test_rule_D1_dormant_180_days_after_the_third_order(on_october_1, persona, dormant_on):
    assert on_october_1[persona]["spells"] == [(dormant_on, None, "D1", False)]


def test_P24_falls_asleep_again_180_days_after_the_reactivation(on_october_1):
    assert on_october_1["P24"]["spells"] == [
        ("2023-08-09", "2024-02-01", "D1", False),
        ("2024-07-30", None, "D1", True),
    ]
    assert [row[1] for row in on_october_1["P24"]["states"]] == ["new", "active", "dormant", "reactivated", "dormant"]


def test_two_orders_of_one_day_are_one_occasion_so_the_customer_is_new(on_october_1):
    assert on_october_1["DAY"]["states"] == [("2024-09-30", "new", "")]


def test_leaving_before_the_threshold_is_churn_without_dormancy(on_october_1):
    assert on_october_1["LEFT"]["spells"] == []
    assert on_october_1["LEFT"]["states"][-1] == ("2024-07-01", "churned", "")


def test_long_dormant_begins_on_the_first_day_beyond_730(on_october_1):
    assert on_october_1["LONG"]["states"][-1] == ("2024-03-01", "dormant", "long_dormant")


def test_P05_as_known_on_august_5_the_second_order_is_a_reactivation(settings, on_october_1):
    known = built(settings, date(2024, 8, 5))["P05"]
    assert known["spells"] == [("2024-04-09", "2024-07-01", "D4", False)]
    assert known["states"][-1] == ("2024-07-01", "reactivated", "")


def test_P05_as_known_on_august_11_the_same_spell_is_open_again(settings, on_october_1):
    known = built(settings, date(2024, 8, 11))["P05"]
    assert known["spells"] == [("2024-04-09", None, "D4", False)]
    assert known["states"][-1] == ("2024-04-09", "dormant", "")
