"""Post that left and has not arrived: its party is in treatment from the next day on, and its row leaves the house once."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.dbt.small_house import SmallHouse

FROZEN, ARRIVES = date(2024, 10, 1), date(2024, 10, 5)
KEY = {"source_system": "okoshi", "campaign_id": "winback-2024-09", "anchor_on": ARRIVES, "known_at": "2024-10-02 00:00:00"}


def house_of(day: date) -> SmallHouse:
    """One sleeper with an address, whose postal list row of `FROZEN` arrives on `ARRIVES`, and one without."""
    house = SmallHouse(day)
    known = {"known_at": "2023-01-10 12:00:00", "delivery_id": "d"}
    house.connection.execute("insert into ops.file_ledger (delivery_id, source, state, purposes, known_at) values ('d', 'ec', 'loaded', 'marketing', '2023-01-10')")
    house.connection.execute("insert into ops.policy values ('v', ?, 'h')", [day])
    for name in ("posted", "other"):
        house.insert("customers", [{"source_customer_id": name, "family_name": "岸", "given_name": name, "registered_at": "2023-01-10", "postal_code": "1000001", "city": "千代田区", "address_line1": "1-1", "member_status": "member", **known}])
        house.insert("orders", [{"order_id": f"o_{name}", "party_id": name, "ordered_at": "2023-01-10", "status": "paid", "net_amount": 50000, "currency_code": "JPY", **known}])
    [(person,)] = house.rows("select person_id from int_identity__member where source_id = 'posted'", "int_identity__member")
    house.insert("list_rows", [{**KEY, "person_id": person, "cluster_id": person, "list_id": "L", "list_row_id": "r", "channel": "dm", "cell": "treat"}])
    return house


def outcomes(house: SmallHouse) -> dict[str, str]:
    sql = "select source_id, outcome from int_allocation__decision join int_identity__member using (person_id)"
    return dict(house.rows(sql, "int_allocation__decision"))


@pytest.mark.parametrize("day", [date(2024, 10, 2), date(2024, 10, 4), ARRIVES, date(2024, 10, 6)])
def test_whom_post_is_on_its_way_to_is_in_treatment_every_day_and_gets_no_second_row(day):
    house = house_of(day)
    found = outcomes(house)
    assert found["posted"] == "in_treatment" != found["other"]
    targets = house.rows("select list_id, frozen_on, anchor_on from fct_target where list_id = 'L'", "fct_target")
    assert targets == [("L", FROZEN, ARRIVES)]
    assert house.rows("select list_row_id from pub_dm_v1 where list_id = 'L'", "pub_dm_v1") == []


def test_what_a_list_froze_today_is_not_known_today():
    assert outcomes(house_of(FROZEN))["posted"] != "in_treatment"
