"""Records, quotes and lines: the fast reading agrees with a strict slow one, or the file is refused."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.ingest import structure
from include.ingest.problems import BadFile

CELL = st.text(alphabet='ab,"\n表 ソ;', max_size=6)


@given(st.lists(st.lists(CELL, min_size=2, max_size=4).filter(any), min_size=1, max_size=6), st.booleans())
def test_what_a_writer_wrote_is_what_the_scan_finds(rows, quote_all):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    lines = []
    for row in rows:
        lines.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    records = structure.scan(out.getvalue(), ",")
    assert [records.cells(i, ",") for i in range(len(records))] == rows
    assert records.fields.tolist() == [len(row) for row in rows]
    assert records.lines.tolist() == lines


@given(st.text(alphabet='a,"\n', max_size=30))
def test_any_text_is_read_as_a_strict_reader_reads_it_or_refused(text):
    try:
        expected = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except csv.Error:
        expected = None
    try:
        records = structure.scan(text, ",")
        found = [records.cells(i, ",") for i in range(len(records))]
    except BadFile as error:
        assert error.rule_id == "N04"
        found = None
    if expected is None or found is None:
        assert expected == found
    else:
        assert [row for row in found if any(row)] == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\n1,2\n3,"open\n4,5\n', 3),
        ('a,b\n1,"two\nlines"\n3,"open\n4,5\n', 4),
        ('a,b\n1,"x\n2,3\n4,"y"\n', 2),
        ('a,b\n"1","2"x\n', 2),
    ],
)
def test_norm_N04_an_open_quote_names_the_line_where_it_opens(text, line):
    with pytest.raises(BadFile, match="引用符が閉じていません") as error:
        structure.scan(text, ",")
    assert error.value.line == line


def test_norm_N04_a_quote_inside_a_bare_cell_is_text():
    records = structure.scan('a,b\n5" disc,1\n"x,y",="0312"\n', ",")
    assert [records.cells(i, ",") for i in range(3)] == [["a", "b"], ['5" disc', "1"], ["x,y", '="0312"']]
    assert records.lines.tolist() == [1, 2, 3]


def test_norm_N05_a_memo_with_two_line_ends_is_one_record_and_lines_are_physical():
    records = structure.scan('id,memo\n1,"a\nb\nc"\n2,d\n\n3,e', ",")
    assert records.lines.tolist() == [1, 2, 5, 7]
    assert records.cells(1, ",") == ["1", "a\nb\nc"]


def test_records_are_cut_out_in_order():
    records = structure.scan("a,b\n1,2\nx\n3,4\n", ",")
    keep = [i for i in range(len(records)) if records.fields[i] == 2][1:]
    assert records.body(structure.np.array(keep)) == b"1,2\n3,4\n"


@pytest.mark.parametrize("block", [1, 2, 7, 40])
def test_records_are_the_same_whatever_the_block(monkeypatch, block: int):
    text = 'a,"b\n\nc",d\n\n1,"say ""x""",3\n,,\n"",2,"q,r\n"\n9,8,7'
    whole = structure.scan(text, ",")
    monkeypatch.setattr(structure, "BLOCK", block)
    pieces = structure.scan(text, ",")
    for name in ("starts", "ends", "lines", "fields"):
        assert getattr(pieces, name).tolist() == getattr(whole, name).tolist()
    assert (whole.lines.tolist(), whole.fields.tolist()) == ([1, 5, 7, 9], [3, 3, 3, 3])
    assert pieces.is_multiline and whole.is_multiline
