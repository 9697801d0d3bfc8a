"""The registry of types: the simple form in SQL and everything else in Python agree."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.contracts import Column, ColumnRule, canonical
from include.ingest.types import READERS, reader_for

SIMPLE = ("id", "text", "name", "kana", "email", "phone", "postal", "date", "timestamp", "money", "price", "ratio", "integer", "mmdd")
FILLERS = [
    "000-0000", "0000000", "nomail@example.com", "Dummy@example.com", "1900/01/01", "1900-01-01", "0000-00-00", "000-0000-0000",
    "090-0000-0000", "-", "なし", "NULL", "#N/A", "2024-02-30", "9.01E+09",
]  # fmt: skip
WORDS = "山 田 様 殿 さん 先生 サ ン ー ガ ヴ ｶ ﾞ か N / A = ・ \u3000 \u00a0 \ufeff \t \n".split(" ")
CELLS = st.sampled_from(FILLERS) | st.lists(st.sampled_from([*WORDS, " "]), min_size=1, max_size=5).map("".join) | st.text(alphabet="0123456789-/:. ", min_size=1, max_size=19) | st.from_regex(
    r"(19|20)\d{2}[-/]\d{1,2}[-/]\d{1,2}( \d{1,2}:\d{2}(:\d{2})?)?|0\d{1,4}-?\d{1,4}-?\d{4}|-?\d{1,6}(\.\d{1,3})?"
    r"|[A-Za-z0-9._]{1,5}@[a-z0-9.-]{1,8}|\d{3}-?\d{4}|[A-Za-z]?\d{1,5}(\.0+)?|[0-3]\d-[0-3]\d",
    fullmatch=True,
)


@pytest.mark.parametrize(("kind", "id_format"), [*((kind, None) for kind in SIMPLE), ("id", "integer")])
def test_the_short_way_in_sql_says_what_the_long_way_in_python_says(kind, id_format):
    connection = duckdb.connect()
    made, rule = Column("c", kind), ColumnRule(id_format=id_format)
    reader, sql_type = reader_for(made, rule), canonical().types.get(kind, "VARCHAR")
    fast = reader.fast.replace("{x}", "cell")

    @given(st.lists(CELLS, min_size=20, max_size=60))
    @settings(max_examples=40, deadline=None)
    def agrees(cells):
        connection.register("cells_now", pa.table({"cell": pa.array(cells, pa.string())}))
        found = connection.execute(
            f"select cell, cast({fast} as {sql_type}) from cells_now where {fast} is not null"
        ).fetchall()
        connection.unregister("cells_now")
        for raw, value in found:
            read_slowly = reader.slow(raw, rule, made)
            [(expected,)] = connection.execute(f"select try_cast(? as {sql_type})", [read_slowly.value]).fetchall()
            assert (value, read_slowly.reject) == (expected, None), raw

    agrees()


SIMPLEST = {
    "id": "C536379", "text": "赤い 花", "name": "山田　太郎", "kana": "ヤマダ", "email": "a.b@example.jp", "phone": "090-1234-5670", "postal": "100-0001",
    "date": "2024/4/1", "timestamp": "2024-04-01 10:00:00", "money": "-100.5", "price": "2.5501", "ratio": "0.1",
    "integer": "12", "mmdd": "04-01",
}  # fmt: skip


@pytest.mark.parametrize("kind", SIMPLE)
def test_the_simple_form_of_each_type_takes_the_short_way(kind):
    fast = reader_for(Column("c", kind), ColumnRule()).fast.replace("{x}", "cell")
    [(value,)] = duckdb.execute(f"select {fast} from (select ? as cell)", [SIMPLEST[kind]]).fetchall()
    assert value is not None


def test_every_canonical_type_has_a_reader():
    assert set(canonical().types) <= set(READERS)
