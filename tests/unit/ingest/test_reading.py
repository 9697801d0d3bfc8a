"""From bytes to rows: encodings, frills, delimiters, formats, and no input that crashes."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.contracts import load_contract
from include.ingest import deliveries, headers, read
from include.ingest.manifest import Manifest
from include.ingest.problems import BadFile
from include.ingest.read import BadRow
from tests.unit.ingest.conftest import AS_OF, HEADER, ROW, SHOP, House

CP932_TEXT = st.text(st.characters(codec="cp932", include_characters="〜−¢", exclude_characters='\x00\r"‖£¬'), max_size=12)


@pytest.fixture(scope="module")
def contract(tmp_path_factory):
    path = tmp_path_factory.mktemp("contract") / "shop.v1.yml"
    path.write_text(SHOP, encoding="utf-8")
    return load_contract(path)


def parse(contract, data: bytes, name: str = "受注_20240401.csv") -> read.Parsed:
    """The file's pieces put together."""
    path = contract.path.parent / "shop" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    delivery = deliveries.describe(contract.path.parent, path, contract, "0" * 64, Manifest(), AS_OF)
    pieces = list(read.read(delivery, contract))
    assert pieces and all(piece.header == pieces[0].header for piece in pieces)
    return read.Parsed(
        pieces[0].header,
        pa.concat_tables([piece.cells for piece in pieces]),
        np.concatenate([piece.lines for piece in pieces]),
        [row for piece in pieces for row in piece.bad_rows],
        sum(piece.frills for piece in pieces),
    )


def column(parsed: read.Parsed, name: str) -> list:
    return parsed.cells.column(headers.key(name)).to_pylist()


@given(st.lists(CP932_TEXT, min_size=1, max_size=4), st.sampled_from(["cp932", "utf-8", "utf-8-sig", "utf-16"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_as_its_canonical_form_or_is_refused_with_a_reason(contract, texts, encoding):
    lines = [f'1,17,2024-04-01,5,"{text}",100,2' for text in texts]
    try:
        parsed = parse(contract, "\n".join([HEADER, *lines]).encode(encoding))
    except BadFile as error:
        assert error.reason and error.fix
        return
    in_code_page = [text.encode("cp932").decode("cp932") if encoding == "cp932" else text for text in texts]
    assert column(parsed, "商品名") == [text.replace("〜", "～") or None for text in in_code_page]


@given(st.binary(max_size=60) | st.text(alphabet='注文ID会員受日状態,"\n\t;1', max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_content_crashes_the_reader(contract, data):
    for content in (data, f"{HEADER}\n".encode() + data):
        try:
            parsed = parse(contract, content)
        except BadFile as error:
            assert error.sentence("shop", "x.csv", "shop.v1")
        else:
            assert parsed.rows_in == len(parsed.lines) + len(parsed.bad_rows)


def test_norm_N02_a_backslash_byte_inside_a_kanji_does_not_split(contract):
    parsed = parse(contract, f"{HEADER}\n1,17,2024-04-01,5,表ソー能,100,2\n".encode("cp932"))
    assert column(parsed, "商品名") == ["表ソー能"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_norm_N04_the_delimiter_is_found_on_the_header(contract, delimiter):
    parsed = parse(contract, f"{HEADER}\n{ROW}\n".replace(",", delimiter).encode())
    assert column(parsed, "価格") == ["100"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_norm_N05_line_ends_of_every_system(contract, newline):
    text = f'{HEADER}\n1,17,2024-04-01,5,"a\nb",100,2\n{ROW}\n'
    parsed = parse(contract, text.replace("\n", newline).encode())
    assert column(parsed, "商品名") == ["a\nb", "表示ソ能"]
    assert parsed.lines.tolist() == [2, 4]


def test_norm_N06_a_declared_double_header_keeps_both(contract):
    parsed = parse(contract, f"{HEADER},送料,送料\n{ROW},500,300\n".encode())
    assert parsed.header.keys[-2:] == ("送料", "送料__2")
    assert parsed.header.unknown == ()


def test_norm_N07_preamble_footer_and_empty_rows_are_no_rows(contract):
    text = f"受注一覧\n出力日,2024-04-01\n{HEADER}\n{ROW}\n,,,,,,\n\n{ROW}\n合計,,,,,,200\nCopyright 店\n"
    parsed = parse(contract, text.encode())
    assert (parsed.rows_in, parsed.bad_rows) == (2, [])
    assert parsed.lines.tolist() == [4, 7]


def test_a_torn_row_is_rejected_and_its_neighbours_stay(contract):
    parsed = parse(contract, f"{HEADER}\n{ROW}\n1,2,3\n{ROW},9\n{ROW}\n".encode())
    assert parsed.lines.tolist() == [2, 5]
    assert parsed.bad_rows == [BadRow(3, None, "1,2,3", "N04"), BadRow(4, None, f"{ROW},9", "N04")]


def test_a_file_of_a_header_only_is_an_empty_delivery(contract):
    assert parse(contract, HEADER.encode()).rows_in == 0


def test_parquet_is_read_like_text(house: House):
    table = pa.table({"order_id": [1, 2], "ordered_at": pa.array([0, 1], pa.timestamp("s")), "net_amount": [1.5, None]})
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out)
    house.put("generic", "orders.parquet", out.getvalue())
    assert not house.load("generic").is_red
    assert house.rows("select order_id, net_amount from raw.orders order by 1") == [("1", 1.5), ("2", None)]
    house.put("generic", "orders_2.parquet", out.getvalue()[:-9])
    assert "Parquet として読めません" in house.load("generic").messages[0]


def test_parquet_times_with_a_zone_become_jst(house: House):
    table = pa.table({"order_id": ["1"], "ordered_at": pa.array([0], pa.timestamp("s", "UTC"))})
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out)
    house.put("generic", "orders.parquet", out.getvalue())
    house.load("generic")
    assert str(house.rows("select ordered_at from raw.orders")[0][0]) == "1970-01-01 09:00:00"


def test_json_lines_are_read_and_a_broken_line_is_one_bad_row(house: House):
    path = house.settings.contracts_dirs[1] / "shop.v1.yml"
    path.write_text(SHOP.replace("encoding: auto", "format: jsonl\nencoding: utf-8").replace('"受注*.csv"', '"*.jsonl"'))
    house.put("shop", "x_20240401.jsonl", '{"注文ID": 1, "受注日": "2024-04-01", "状態": 5, "個数": 2, "価格": 10}\n{"注文ID": \n')
    result = house.load()
    assert (result.rows_loaded, result.rows_rejected) == (1, 1)
    assert house.rows("select net_amount from raw.order_lines") == [(20,)]
    assert house.rows("select source_row, rule_id from ops.rejected_row") == [(2, "N-JSON")]


def test_unknown_columns_and_originals_of_lossy_cells_are_kept(house: House):
    house.put("generic", "customers_20240401.csv", "source_customer_id,email,好きな色\n1,none,赤\n2,a@b.jp,\n")
    result = house.load("generic")
    found = house.rows("select source_customer_id, email, extra_json from raw.customers order by 1")
    assert found == [("1", None, '{"email":"none","好きな色":"赤"}'), ("2", "a@b.jp", None)]
    assert result.messages == ["generic: 契約にない列を extra_json に残しました (1 ファイル): 好きな色"]


def test_aliases_of_the_domain_page_feed_the_same_columns(house: House):
    house.put("generic", "order_lines_20240401.csv", "order_id,line_no,net_jpy\n1,1,12千円\n")
    house.load("generic")
    assert house.rows("select net_amount from raw.order_lines") == [(12000,)]


def test_rows_in_are_loaded_or_rejected_in_every_file(house: House):
    for day in range(1, 5):
        house.put("shop", f"受注_2024040{day}.csv", f"{HEADER}\n{ROW}\n" + "x,y\n" * (day - 1) + f"{ROW}\n" * 3)
    house.load()
    rows = house.rows("select rows_in, rows_loaded, rows_rejected, state from ops.file_ledger order by business_date")
    assert rows == [(4, 4, 0, "loaded"), (5, 4, 1, "loaded"), (6, 4, 2, "loaded"), (7, 4, 3, "loaded")]
    lines = house.rows("select business_date, count(*) from raw.order_lines group by 1 order by 1")
    assert [count for _, count in lines] == [4, 4, 4, 4]
