"""Files of any size: pieces and chunks change nothing, memory follows the piece, a day's cost does not follow history."""

from __future__ import annotations

import codecs
import re
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include import warehouse
from include.contracts import load_contract
from include.ingest import decode, deliveries, load, read, structure
from include.ingest.ahead import PIECES, ahead
from include.ingest.manifest import Manifest
from include.ingest.problems import BadFile
from tests.unit.ingest import fuzz
from tests.unit.ingest.conftest import AS_OF, HEADER, ROW, SHOP, House, build_house, orders_csv

BOOKS = """
select file_name, state, rows_in, rows_loaded, rows_rejected, rows_superseded, message from ops.file_ledger order by all
"""
REFUSALS = "select source_file, source_row, column_name, value_masked, rule_id, reason_ja from ops.rejected_row order by all"


@pytest.mark.parametrize(("piece", "rows"), [(700, 5), (1500, 11)])
def test_pieces_and_chunks_change_nothing_that_is_loaded_or_said(tmp_path: Path, monkeypatch, piece: int, rows: int):
    def loaded(folder: str) -> list:
        house = build_house(tmp_path / folder)
        for seed in range(1, 41):
            house.put("shop", f"受注_20240401_{seed}.csv", fuzz.mutated(seed)[0])
        # an order whose lines lie far apart, and a quote in a bare cell late in the file
        apart = "\n".join([HEADER, ROW, *(ROW.replace("1,17", f"{n},17") for n in range(2, 9)), ROW, '1,17,2024-04-02,5,5" x,1,1', ""])
        house.put("shop", "受注_20240402.csv", apart)
        house.load()
        return [house.table("orders"), house.table("order_lines"), house.rows(BOOKS), house.rows(REFUSALS)]

    whole = loaded("whole")
    monkeypatch.setattr(decode, "CHUNK", piece)
    monkeypatch.setattr(structure, "BLOCK", piece)
    monkeypatch.setattr(load, "CHUNK_ROWS", rows)
    assert loaded("pieces") == whole
    assert len(whole[1]) > 100 and len(whole[3]) > 20


@given(st.binary(max_size=40), st.integers(1, 9), st.sampled_from(["utf-8", "cp932", "euc_jp", "utf-16", "utf-8-sig"]))
def test_norm_N01_a_text_in_chunks_is_the_text_or_fails_on_the_same_line(data: bytes, size: int, encoding: str):
    data = codecs.BOM_UTF16_LE + data if encoding == "utf-16" else data
    trial, chunks = decode._Trial(encoding), [data[at : at + size] for at in range(0, len(data), size)] or [b""]
    for chunk in chunks[:-1]:
        trial.feed(chunk, is_last=False)
    trial.feed(chunks[-1], is_last=True)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        assert trial.failed_on == error.object[: error.start].count(b"\n") + 1
    else:
        assert (trial.failed_on, trial.head) == (None, text)


def test_norm_N01_utf_16_that_does_not_begin_with_its_mark_is_refused(house: House):
    path = house.settings.contracts_dirs[1] / "shop.v1.yml"
    path.write_text(SHOP.replace("encoding: auto", "encoding: utf-16"))
    house.put("shop", "受注_20240401.csv", f"{HEADER}\n{ROW}\n".encode("cp932"))
    assert "utf-16 として読めない文字があります" in house.load().messages[0]


@pytest.mark.parametrize("late", [b"\x00", b"\x81\x00", b'2,"open', b"\x81"])
def test_what_is_wrong_at_a_files_end_is_told_as_if_all_had_been_read_first(tmp_path: Path, monkeypatch, late: bytes):
    def fault(encoding: str) -> tuple:
        (tmp_path / "shop.v1.yml").write_text(SHOP.replace("encoding: auto", f"encoding: {encoding}"), encoding="utf-8")
        path = tmp_path / "受注_20240401.csv"
        path.write_bytes(f"{HEADER}\n".encode("cp932") + f"{ROW}\n".encode("cp932") * 50 + late)
        contract = load_contract(tmp_path / "shop.v1.yml")
        delivery = deliveries.describe(tmp_path.parent, path, contract, "0" * 64, Manifest(), AS_OF)
        with pytest.raises(BadFile) as error:
            list(read.read(delivery, contract))
        return error.value.rule_id, error.value.line

    monkeypatch.setattr(decode, "CHUNK", 64)
    declared, [detected_rule, detected_line] = fault("cp932"), fault("auto")
    assert declared[1] == 52
    assert detected_rule == declared[0] and detected_line in (52, None)


def test_what_is_read_ahead_comes_in_order_and_fails_in_its_place():
    read_on: list[int] = []

    def pieces(fault: bool) -> Iterator[int]:
        for number in range(1, 100):
            if fault and number == 30:
                raise BadFile("N04", "引用符が閉じていません", "", line=number)
            read_on.append(number)
            yield number

    assert list(ahead(pieces(False))) == list(range(1, 100))
    taken, failing = [], ahead(pieces(True))
    with pytest.raises(BadFile):
        while True:
            taken.append(next(failing))
    assert taken == list(range(1, 30))
    read_on.clear()
    left = ahead(pieces(False))
    assert next(left) == 1
    left.close()  # a file that is given up is not read to its end
    assert len(read_on) <= PIECES + 2


def test_memory_of_reading_follows_the_piece_and_not_the_file(tmp_path: Path, monkeypatch):
    (tmp_path / "shop.v1.yml").write_text(SHOP, encoding="utf-8")
    contract, path = load_contract(tmp_path / "shop.v1.yml"), tmp_path / "受注_20240401.csv"
    path.write_bytes(f"{HEADER}\n".encode("cp932") + f"{ROW}\n".encode("cp932") * 100_000)
    delivery = deliveries.describe(tmp_path.parent, path, contract, "0" * 64, Manifest(), AS_OF)
    monkeypatch.setattr(decode, "CHUNK", 1 << 16)
    tracemalloc.start()
    assert sum(piece.rows_in for piece in read.read(delivery, contract)) == 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < path.stat().st_size / 2


class Heard:
    """A connection whose statements are written down."""

    def __init__(self, connection, said: list[str]):
        self._connection, self._said = connection, said

    def __getattr__(self, name: str):
        return getattr(self._connection, name)

    def execute(self, sql: str, *parameters):
        self._said.append(sql)
        return self._connection.execute(sql, *parameters)


@pytest.fixture
def said(monkeypatch) -> list[str]:
    """Every statement that this process sends to the warehouse."""
    heard: list[str] = []

    def listening(real):
        @contextmanager
        def open_one(*arguments) -> Iterator[Heard]:
            with real(*arguments) as connection:
                yield Heard(connection, heard)

        return open_one

    for name in ("writer", "reader"):
        monkeypatch.setattr(warehouse, name, listening(getattr(warehouse, name)))
    return heard


def reads_of_raw(said: list[str]) -> list[str]:
    return [sql for sql in said if re.search(r"(from|join)\s+raw\.", sql, re.IGNORECASE)]


def test_a_day_reads_no_row_of_history(house: House, real_gate, said: list[str]):
    for day in (1, 2, 3):
        house.put("shop", f"受注_2024040{day}.csv", orders_csv(range(1, day + 3)).replace("2024-04-0", "2024-03-0"))
        said.clear()
        assert not house.load(run_id=f"day {day}").is_red
        assert any(sql.startswith("insert into raw.orders") for sql in said)
        assert reads_of_raw(said) == []
    assert house.rows("select count(distinct business_date) from raw.orders") == [(3,)]


def test_profiles_that_are_missing_are_made_from_raw_once(house: House, real_gate, said: list[str]):
    house.put("shop", "受注_20240401.csv", orders_csv([1, 2, 3]).replace("2024-04-0", "2024-03-0"))
    house.load(run_id="first")
    with warehouse.writer(house.settings) as connection:
        connection.execute("delete from ops.delivery_profile")
    seen = []
    for day in (2, 3):
        house.put("shop", f"受注_2024040{day}.csv", orders_csv(range(1, day + 3)).replace("2024-04-0", "2024-03-0"))
        said.clear()
        house.load(run_id=f"day {day}")
        seen.append(bool(reads_of_raw(said)))
    assert seen == [True, False]
