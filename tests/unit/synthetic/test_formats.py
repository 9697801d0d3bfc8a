"""The files look like what the real systems write."""

import csv
import re

import pytest

from include.synthetic.exports import LAYOUTS
from include.synthetic.vocabulary import PLACES

EXPORTS = "crm_export_formats/eccube"


@pytest.mark.real_data
@pytest.mark.parametrize("kind", ["customer", "order"])
def test_header_bytes_equal_the_real_ec_cube_header(tiny, real_data, kind):
    real = (real_data / EXPORTS / f"header_{kind}_cp932.csv").read_bytes()
    written = tiny.path(f"eccube_{kind}s").read_bytes()
    assert written[: len(real)] == real


@pytest.mark.real_data
def test_every_postal_code_used_is_real_and_lies_in_its_prefecture(real_data):
    with (real_data / "jp_postal" / "KEN_ALL.CSV").open(encoding="cp932", newline="") as file:
        known = {row[2]: (row[6], row[7]) for row in csv.reader(file)}
    assert [place[0] for place in PLACES if known.get(place[0]) != (place[2], place[3])] == []


@pytest.mark.parametrize("source", [name for name, layout in LAYOUTS.items() if layout.encoding == "cp932"])
def test_japanese_files_are_cp932_with_crlf_and_not_utf8(tiny, source):
    raw = tiny.path(source).read_bytes()
    assert raw.endswith(b"\r\n")
    assert raw.decode("cp932")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_order_header_has_the_shipping_fee_twice(tiny):
    assert tiny.table("eccube_orders")[0].count("送料") == 2


def test_header_amounts_are_repeated_on_every_line_and_agree_with_the_lines(tiny):
    header, *rows = tiny.table("eccube_orders")
    at = {name: place for place, name in reversed(list(enumerate(header)))}
    orders: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        if row[at["受注日"]][:4].isdigit() and row[at["受注日"]][-1] != "時":
            orders.setdefault(row[at["注文ID"]], {})[row[at["注文詳細ID"]]] = row
    assert max(len(lines) for lines in orders.values()) >= 4
    for lines in orders.values():
        totals = {row[at["合計"]] for row in lines.values()}
        assert len(totals) == 1
        gross = 0
        for row in lines.values():
            price, percent = int(float(row[at["価格"]])), int(row[at["税率"]])
            gross += (price + (price * percent * 2 + 100) // 200) * int(row[at["個数"]])
        assert gross == int(float(totals.pop()))


def test_statuses_lines_and_members_of_every_kind_are_present(tiny):
    rows = tiny.rows("eccube_orders")
    assert {row["対応状況(ID)"] for row in rows} == {"1", "3", "4", "5", "6", "7", "8", "9"}
    assert {row["明細区分(名称)"] for row in rows} == {"商品", "送料", "手数料", "割引"}
    assert any(not row["会員ID"] for row in rows)
    assert {row["会員ステータス(ID)"] for row in tiny.rows("eccube_customers")} >= {"2", "3"}


def test_salesforce_ids_have_18_characters_whose_last_three_check_the_case(tiny):
    ids = [row["Id"] for row in tiny.rows("salesforce_contacts")]
    assert len(set(ids)) == len(ids)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    for value in ids:
        assert re.fullmatch(r"003[0-9A-Za-z]{15}", value)
        for part in range(3):
            bits = sum(1 << place for place in range(5) if value[5 * part + place].isupper())
            assert value[15 + part] == alphabet[bits]


def test_salesforce_times_are_utc_with_z_and_flags_are_upper_case(tiny):
    for row in tiny.rows("salesforce_accounts"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", row["CreatedDate"])
        assert row["IsDeleted"] in ("TRUE", "FALSE")


def test_corporate_numbers_carry_the_right_check_digit(tiny):
    for row in tiny.rows("salesforce_accounts"):
        digits = [int(digit) for digit in row["CorporateNumber__c"]]
        total = sum(digit * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits[1:])))
        assert len(digits) == 13 and digits[0] == 9 - total % 9


def test_check_digit_agrees_with_the_published_example():
    from include.synthetic.b2b import check_digit

    assert check_digit("000012050002") == 7
