"""UCI Online Retail: what its contract means, on a few lines and on the real files against an independent query."""

from __future__ import annotations

import random
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from include.contracts import load_contracts
from include.settings import REPO
from tests.unit.ingest.conftest import House, build_house, open_the_gate

SOURCE = "uci_online_retail"
FEES = "'POST','DOT','M','m','D','S','C2','B','PADS','CRUK','BANK CHARGES','AMAZONFEE'"
LINES = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,"LANTERN, ""RED"" ",6,2010-12-01 08:27:00,2.55,17850.0,United Kingdom
536365,POST,POSTAGE,1,2010-12-01 08:26:00,15.0,17850.0,United Kingdom
536365,85123A,"LANTERN, ""RED"" ",6,2010-12-01 08:27:00,2.55,17850.0,United Kingdom
C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom
A563185,B,Adjust bad debt,1,2010-12-01 14:50:00,11062.06,,United Kingdom
536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom
"""
OTHER_FORM = LINES.replace("InvoiceNo", "Invoice").replace("UnitPrice", "Price").replace("CustomerID", "Customer ID")


@pytest.fixture
def loaded(house: House) -> House:
    house.put(SOURCE, "2010-12-01.csv", LINES)
    assert not house.load(SOURCE, date(2011, 7, 1)).is_red
    return house


def test_invoices_become_orders_with_their_status_currency_and_earliest_line(loaded: House):
    found = loaded.rows(
        "select order_id, party_id, status, currency_code, cast(ordered_at as varchar), net_amount from raw.orders order by 1"
    )
    assert found == [
        ("536365", "17850", "shipped", "GBP", "2010-12-01 08:26:00", None),
        ("536414", None, "shipped", "GBP", "2010-12-01 11:52:00", None),
        ("A563185", None, "void", "GBP", "2010-12-01 14:50:00", None),
        ("C536379", "14527", "cancelled", "GBP", "2010-12-01 09:41:00", None),
    ]


def test_lines_keep_file_order_exact_doubles_and_tell_goods_from_fees(loaded: House):
    found = loaded.rows(
        "select order_id, line_no, line_type, product_id, product_name, qty, net_amount from raw.order_lines order by 1, 2"
    )
    assert found == [
        ("536365", 1, "goods", "85123A", 'LANTERN, "RED"', 6, Decimal("15.30")),
        ("536365", 2, "fee", "POST", "POSTAGE", 1, Decimal("15.00")),
        ("536365", 3, "goods", "85123A", 'LANTERN, "RED"', 6, Decimal("15.30")),
        ("536414", 1, "goods", "22139", None, 56, Decimal("0.00")),
        ("A563185", 1, "fee", "B", "Adjust bad debt", 1, Decimal("11062.06")),
        ("C536379", 1, "fee", "D", "Discount", -1, Decimal("-27.50")),
    ]


def test_codes_of_goods_are_told_from_fees_by_their_exact_case(house: House):
    codes = ["POST", "DOT", "M", "m", "D", "S", "C2", "B", "PADS", "CRUK", "BANK CHARGES", "AMAZONFEE", "d", "Post", "DOTS", "b"]
    rows = [f"1,{code},x,1,2010-12-01 08:00:00,1.0,1.0,UK" for code in codes]
    house.put(SOURCE, "2010-12-01.csv", "\n".join([LINES.split("\n")[0], *rows]))
    house.load(SOURCE)
    goods = house.rows("select product_id from raw.order_lines where line_type = 'goods' order by line_no")
    assert [code for (code,) in goods] == ["d", "Post", "DOTS", "b"]


def test_the_other_published_form_gives_the_same_rows(loaded: House, tmp_path):
    other = build_house(tmp_path / "other")
    american = OTHER_FORM
    for hour in ("08:27:00", "08:26:00", "09:41:00", "14:50:00", "11:52:00"):
        american = american.replace(f"2010-12-01 {hour}", f"12/1/2010 {hour.lstrip('0')[:-3]}")
    other.put(SOURCE, "online_retail_2010-12-01.csv", american.encode("cp1252"))
    assert not other.load(SOURCE, date(2011, 7, 1)).is_red
    drop = "* exclude (source_file, delivery_id)"
    for entity in ("orders", "order_lines"):
        ours, theirs = (h.rows(f"select {drop} from raw.{entity} order by all") for h in (loaded, other))
        assert ours == theirs


def test_every_file_column_is_known_to_the_contract():
    contract = load_contracts([REPO / "include" / "contracts"])[SOURCE]
    assert set(LINES.split("\n")[0].split(",")) <= set(contract.known_columns(contract.feeds))


@pytest.fixture(scope="module")
def files(request) -> Path:
    from tests.conftest import REAL_DATA

    return REAL_DATA / "online_retail_2010-12_2011-06"


def deliver(house: House, paths: list[Path]) -> None:
    for path in paths:
        house.put(SOURCE, path.name, path.read_bytes())


@pytest.fixture(scope="module")
def whole(files: Path, tmp_path_factory) -> House:
    """All real files, loaded at once."""
    house = build_house(tmp_path_factory.mktemp("whole"))
    deliver(house, sorted(files.glob("*.csv")))
    with pytest.MonkeyPatch.context() as patch:
        open_the_gate(patch)
        result = house.load(SOURCE, date(2011, 7, 1))
    assert not result.is_red
    return house


@pytest.mark.real_data
def test_real_rows_reconcile_by_file(whole: House, files: Path):
    expected = duckdb.execute(
        f"select parse_filename(filename), count(*) from read_csv('{files}/*.csv', filename=true, all_varchar=true)"
        " group by 1 order by 1"
    ).fetchall()
    found = whole.rows("select file_name, rows_in, rows_loaded + rows_rejected from ops.file_ledger order by 1")
    assert [(name, rows) for name, rows, _ in found] == expected
    assert all(rows_in == out for _, rows_in, out in found)
    assert whole.rows("select source_file, count(*) from raw.order_lines group by 1 order by 1") == expected


@pytest.mark.real_data
def test_real_figures_agree_with_an_independent_query(whole: House, files: Path):
    independent = duckdb.execute(
        f"""
        with lines as (
            select InvoiceNo as no, CustomerID as customer, cast(InvoiceDate as timestamp) as ordered_at,
                   case when StockCode in ({FEES}) then 0 else cast(Quantity as bigint) * cast(UnitPrice as decimal(18,4)) end as net
            from read_csv('{files}/*.csv', all_varchar=true)
        ), invoices as (
            select no, max(customer) as customer, min(ordered_at) as ordered_at, sum(net) as net from lines group by no
        )
        select count(distinct customer), count(*) filter (where no like 'C%'),
               sum(net) filter (where no not like 'C%' and no not like 'A%'), min(ordered_at), max(ordered_at) from invoices
        """
    ).fetchone()
    found = whole.rows(
        """
        with nets as (
            select order_id, sum(net_amount) filter (where line_type = 'goods') as net from raw.order_lines group by 1
        )
        select (select count(distinct party_id) from raw.orders), count(*) filter (where status = 'cancelled'),
               sum(net) filter (where status = 'shipped'), min(ordered_at), max(ordered_at)
        from raw.orders join nets using (order_id)
        """
    )[0]
    assert found == independent
    assert (found[0], found[1], found[2]) == (3002, 2006, Decimal("4646681.99"))


@pytest.mark.real_data
def test_real_files_in_two_runs_shuffled_and_repeated_give_the_same_tables(whole: House, files: Path, tmp_path: Path):
    house = build_house(tmp_path)
    paths = sorted(files.glob("*.csv"))
    random.Random(2).shuffle(paths)
    deliver(house, paths[:80])
    house.load(SOURCE, date(2011, 7, 1))
    deliver(house, paths[60:])
    result = house.load(SOURCE, date(2011, 7, 1))
    assert "取り込み済み" in result.messages[-1]
    shutil.copy(whole.settings.warehouse, tmp_path / "whole.duckdb")
    connection = duckdb.connect(str(house.settings.warehouse))
    connection.execute(f"attach '{tmp_path / 'whole.duckdb'}' as whole (read_only)")
    for entity in ("orders", "order_lines"):
        for one, other in (("raw", "whole.raw"), ("whole.raw", "raw")):
            differing = f"select * from {one}.{entity} except all select * from {other}.{entity}"
            assert connection.execute(f"select count(*) from ({differing})").fetchone() == (0,)
