"""The UCI Online Retail files through the whole chain, against an independent query over the CSVs."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.conftest import REAL_DATA, built_once, run_cli
from tests.e2e import snapshots

AS_OF = "2011-07-01"
FOLDER = "online_retail_2010-12_2011-06"
NON_GOODS = ("POST", "DOT", "M", "m", "D", "S", "C2", "B", "PADS", "CRUK", "BANK CHARGES", "AMAZONFEE")
pytestmark = pytest.mark.real_data


def deliver(root: Path, files: list[Path]) -> None:
    landing = root / "landing" / "uci_online_retail"
    landing.mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copyfile(path, landing / path.name)
        (landing / f"{path.name}.done").touch()


@pytest.fixture(scope="session")
def uci_root(shared_tmp: Path) -> Path:
    """All 167 daily files, one run for AS_OF."""

    def build(root: Path) -> None:
        deliver(root, sorted((REAL_DATA / FOLDER).glob("*.csv")))
        done = run_cli(root, "run", "--as-of", AS_OF)
        assert done.returncode == 0, done.stdout + done.stderr

    return built_once(shared_tmp, "uci", build)


@pytest.fixture(scope="session")
def csv():
    """The CSVs as one table, read by nothing of the project."""
    connection = duckdb.connect()
    connection.execute(
        "create table lines as select * from read_csv(?, header = true, all_varchar = true, quote = '\"')",
        [str(REAL_DATA / FOLDER / "*.csv")],
    )
    connection.execute(
        f"""create view goods as
        select InvoiceNo as invoice, split_part(CustomerID, '.', 1) as person, InvoiceDate::timestamp as at,
            Quantity::int * UnitPrice::decimal(18, 4) as net
        from lines where StockCode not in {NON_GOODS} and left(InvoiceNo, 1) not in ('C', 'A')"""
    )
    connection.execute(
        """create view valid as
        select g.invoice, max(g.person) as person, sum(g.net) as net,
            (select min(l.InvoiceDate::timestamp) from lines l where l.InvoiceNo = g.invoice)::date as ordered_on
        from goods g group by g.invoice having sum(g.net) > 0"""
    )
    return connection


def warehouse(root: Path, sql: str):
    with duckdb.connect(str(root / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_rows_in_are_rows_loaded_plus_rejected(uci_root, csv):
    expected = csv.execute("select count(*) from lines").fetchone()[0]
    ((rows_in, loaded, rejected, files),) = warehouse(
        uci_root,
        "select sum(rows_in), sum(rows_loaded), sum(rows_rejected), count(*) from ops.file_ledger"
        " where source = 'uci_online_retail' and state = 'loaded'",
    )
    assert (rows_in, files) == (expected, 167)
    assert rows_in == loaded + rejected
    ((lines,),) = warehouse(uci_root, "select count(*) from raw.order_lines")
    assert lines == loaded


def test_a_person_is_each_non_empty_customer_id(uci_root, csv):
    expected = csv.execute("select count(distinct CustomerID) from lines where CustomerID <> ''").fetchone()[0]
    assert expected == 3002
    assert snapshots.query(uci_root, "select count(*) from marts.dim_person") == [(expected,)]


def test_cancelled_invoices_are_kept_and_count_for_nothing(uci_root, csv):
    expected = csv.execute("select count(distinct InvoiceNo) from lines where InvoiceNo like 'C%'").fetchone()[0]
    found = warehouse(
        uci_root,
        "select count(*), max(net_amount) from intermediate.int_activity__order where status = 'cancelled'",
    )
    assert expected == 2006 and found[0][0] == expected and found[0][1] <= 0
    assert snapshots.query(uci_root, "select count(*) from marts.fct_order where order_id like '%:C%'") == [(0,)]


def test_valid_orders_and_daily_net_agree(uci_root, csv):
    expected = csv.execute(
        "select ordered_on, count(*), sum(net)::decimal(18, 2) from valid group by 1 order by 1"
    ).fetchall()
    found = snapshots.query(
        uci_root,
        "select ordered_on, count(*), sum(source_net_amount)::decimal(18, 2) from marts.fct_order group by 1 order by 1",
    )
    assert found == expected


def test_net_of_all_goods_lines_is_the_published_figure(uci_root, csv):
    expected = csv.execute("select sum(net)::decimal(18, 2) from goods").fetchone()[0]
    assert str(expected) == "4646681.99"
    ((found,),) = warehouse(
        uci_root,
        "select sum(source_net_amount)::decimal(18, 2) from intermediate.int_activity__order"
        " where status not in ('cancelled', 'void')",
    )
    assert found == expected


def test_silent_persons_agree(uci_root, csv):
    expected = csv.execute(
        f"select count(*) from (select person, max(ordered_on) as last_on from valid where person <> '' group by 1)"
        f" where last_on <= date '{AS_OF}' - 90"
    ).fetchone()[0]
    found = snapshots.query(
        uci_root,
        f"select count(*) from (select person_id, max(ordered_on) as last_on from marts.fct_order"
        f" where person_id is not null group by 1) where last_on <= date '{AS_OF}' - 90",
    )
    assert expected == 992 and found == [(expected,)]


def test_the_waterfall_sums_to_every_known_customer(uci_root):
    leaves = snapshots.query(uci_root, "select sum(party_count) from marts.kpi_waterfall where is_leaf")
    assert leaves == [(3002,)]


def test_nobody_without_a_contact_point_is_on_a_list_and_empty_lists_are_written(uci_root):
    manifests = snapshots.manifests(uci_root, AS_OF)
    assert set(manifests) == {"email", "phone", "dm"}
    assert [sum(f["rows"] for f in m["files"]) for m in manifests.values()] == [0, 0, 0]


def test_the_same_command_again_changes_nothing(uci_root, tmp_path):
    copy = Path(shutil.copytree(uci_root, tmp_path / "data"))
    before = snapshots.outbox(copy), snapshots.tables(copy), snapshots.serving_files(copy, AS_OF)
    done = run_cli(copy, "run", "--as-of", AS_OF)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "することはありません" in done.stdout
    assert (snapshots.outbox(copy), snapshots.tables(copy), snapshots.serving_files(copy, AS_OF)) == before
