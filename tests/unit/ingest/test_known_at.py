"""When a row was known (law 1), and a first load unfolded so that a replay does not know the end beforehand."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from include.contracts import canonical
from include.ingest import unfold
from tests.unit.ingest.conftest import House, orders_csv

ORDERS = "order_id,party_id,ordered_at,status,cancelled_at,returned_at,net_amount,refund_amount\n"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def generic(house: House, name: str, text: str) -> None:
    house.put("generic", name, text)
    result = house.load("generic")
    assert not result.is_red, result.messages


@pytest.mark.parametrize("name", ["orders_20240405.csv", "orders_2024-04-05.csv", "orders/business_date=2024-04-05/export.csv"])
def test_a_dated_delivery_is_known_at_the_end_of_its_day(house: House, name: str):
    generic(house, name, "order_id,ordered_at\n1,2024-04-01\n")
    assert house.rows("select known_at, business_date from raw.orders") == [(at("2024-04-05 23:59:59"), date(2024, 4, 5))]


def test_updated_at_comes_before_the_delivery_and_known_at_before_both(house: House):
    generic(
        house,
        "orders_20240405.csv",
        "order_id,ordered_at,updated_at,known_at\n1,2024-04-01,2024-04-02 09:00,\n2,2024-04-01,2024-04-02,2024-04-03 08:00\n",
    )
    found = house.rows("select order_id, known_at from raw.orders order by 1")
    assert found == [("1", at("2024-04-02 09:00")), ("2", at("2024-04-03 08:00"))]


def test_an_undated_file_of_a_delivery_contract_is_known_at_the_end_of_the_runs_day(house: House):
    house.put("shop", "受注.csv", orders_csv([1]))
    house.load(as_of=date(2024, 4, 10))
    assert house.rows("select known_at from raw.orders") == [(at("2024-04-10 23:59:59"),)]


def test_a_manifest_dates_its_file(house: House):
    path = house.put("shop", "受注.csv", orders_csv([1]), settled=False)
    path.with_name("manifest.json").write_text('{"files": [{"file": "受注.csv", "rows": 1, "extract_to": "2024-04-07"}]}')
    house.load()
    assert house.rows("select business_date, known_at from raw.orders") == [(date(2024, 4, 7), at("2024-04-07 23:59:59"))]
    assert house.landing() == []


@pytest.mark.parametrize(
    ("claim", "says"),
    [('"rows": 2', "マニフェスト 2 行、ファイル 1 行"), ('"sha256": "00"', "sha256 と違います"), ('"rows": "many"', "マニフェストが読めません")],
)
def test_a_file_that_is_not_what_its_manifest_says_is_refused(house: House, claim: str, says: str):
    path = house.put("shop", "受注_20240401.csv", orders_csv([1]))
    path.with_name(f"{path.name}.manifest.json").write_text(f"{{{claim}}}")
    result = house.load()
    assert result.is_red and says in result.messages[0]
    assert house.rows("select count(*) from raw.orders") == [(0,)]


def test_a_first_load_order_is_unfolded_into_its_events(house: House):
    generic(
        house,
        "orders.csv",
        ORDERS
        + "1,7,2023-01-05 10:00,shipped,,,100,\n"
        + "2,7,2023-02-05 10:00,cancelled,2023-02-20 09:00,,200,200\n"
        + "3,8,2023-03-05 10:00,returned,,2023-04-01 09:00,300,300\n",
    )
    found = house.rows("select order_id, known_at, status, cancelled_at, returned_at, refund_amount from raw.orders order by 1, 2")
    assert found == [
        ("1", at("2023-01-05 10:00"), "shipped", None, None, None),
        ("2", at("2023-02-05 10:00"), "confirmed", None, None, None),
        ("2", at("2023-02-20 09:00"), "cancelled", at("2023-02-20 09:00"), None, 200),
        ("3", at("2023-03-05 10:00"), "shipped", None, None, None),
        ("3", at("2023-04-01 09:00"), "returned", None, at("2023-04-01 09:00"), 300),
    ]


def test_a_first_load_customer_is_a_member_until_the_withdrawal(house: House):
    generic(
        house,
        "customers.csv",
        "person_id,registered_at,withdrawn_at,member_status\n1,2020-01-01,2022-05-05,withdrawn\n2,,,member\n",
    )
    found = house.rows("select source_customer_id, known_at, member_status, withdrawn_at from raw.customers order by 1, 2")
    assert found == [
        ("1", at("2020-01-01"), "member", None),
        ("1", at("2022-05-05"), "withdrawn", at("2022-05-05")),
        ("2", at("1900-01-01"), "member", None),
    ]


def test_a_first_load_inquiry_is_open_until_it_is_closed(house: House):
    generic(house, "inquiries.csv", "inquiry_id,received_at,closed_at,status,csat\n1,2023-01-01,2023-01-09,closed,2\n")
    found = house.rows("select known_at, status, closed_at, csat from raw.inquiries order by 1")
    assert found == [(at("2023-01-01"), "open", None, None), (at("2023-01-09"), "closed", at("2023-01-09"), 2)]


def test_two_events_of_one_moment_are_one_version(house: House):
    generic(house, "orders.csv", ORDERS + "1,7,2023-01-05 10:00,cancelled,2023-01-05 10:00,,100,\n")
    assert house.rows("select status, known_at from raw.orders") == [("cancelled", at("2023-01-05 10:00"))]


def test_rows_of_undated_tables_are_known_always(house: House):
    generic(house, "order_lines.csv", "order_id,line_no,qty\n1,1,2\n")
    assert house.rows("select known_at from raw.order_lines") == [(at("1900-01-01"),)]


def test_every_version_names_columns_of_its_entity():
    for name, events in unfold.LATER.items():
        columns = canonical().entities[name].columns
        for event in events:
            assert {event.column, *event.hides, event.status or event.column} <= set(columns), name
            assert {code for pair in event.before for code in pair} <= set(columns[event.status].codes if event.status else [])


def test_norm_N45_an_order_later_than_it_was_known_is_rejected_beyond_the_rules_day(house: House):
    house.put("shop", "受注_20240401.csv", orders_csv([1, 2, 3]).replace("2024-04-02 10:00:00", "2024-04-02 23:59:59"))
    house.load()
    assert house.rows("select order_id from raw.orders order by 1") == [("1",), ("2",)]
    assert house.rows("select source_row, column_name, rule_id from ops.rejected_row") == [(4, "受注日", "N45")]


def test_source_system_of_a_generic_row_is_honoured(house: House):
    generic(house, "customers.csv", "source_customer_id,source_system,registered_at\n1,eccube,2024-01-01\n2,,2024-01-01\n")
    assert house.rows("select source_customer_id, source_system from raw.customers order by 1") == [("1", "eccube"), ("2", "generic")]


def test_the_real_gate_accepts_unfolded_versions(house: House, real_gate):
    generic(house, "orders.csv", ORDERS + "2,7,2023-02-05 10:00,cancelled,2023-02-20 09:00,,200,200\n")
    assert house.rows("select count(*) from raw.orders") == [(2,)]
