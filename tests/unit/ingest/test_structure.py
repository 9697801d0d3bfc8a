"""Records, quotes and lines: the fast reading agrees with a strict slow one, or the file is refused."""

from __future__ import annotations

import csv
import io
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.ingest import structure
from include.ingest.problems import BadFile



def scan(*pieces: str, **options) -> structure.Records:
    """All records of a text as if it had come in one block."""
    blocks = list(structure.scan(pieces, ",", **options))
    assert [block.is_last for block in blocks] == [False] * (len(blocks) - 1) + [True]
    offsets = np.cumsum([0, *(len(block.data) for block in blocks)])[:-1]
    records = structure.Records(
        b"".join(block.data for block in blocks),
        ",",
        np.concatenate([block.starts + at for block, at in zip(blocks, offsets, strict=True)]),
        np.concatenate([block.ends + at for block, at in zip(blocks, offsets, strict=True)]),
        np.concatenate([block.lines for block in blocks]),
        any(block.is_multiline for block in blocks),
    )
    vars(records)["fields"] = np.concatenate([block.fields for block in blocks])
    return records


def cells(records: structure.Records) -> list[list[str]]:
    return [records.cells(i) for i in range(len(records))]


CELL = st.text(alphabet='ab,"\n表 ソ;', max_size=6)


@given(st.lists(st.lists(CELL, min_size=2, max_size=4).filter(any), min_size=1, max_size=6), st.booleans())
def test_what_a_writer_wrote_is_what_the_scan_finds(rows, quote_all):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    lines = []
    for row in rows:
        lines.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    records = scan(out.getvalue())
    assert cells(records) == rows
    assert records.fields.tolist() == [len(row) for row in rows]
    assert records.lines.tolist() == lines


@given(st.text(alphabet='a,"\n', max_size=30))
def test_any_text_is_read_as_a_strict_reader_reads_it_or_refused(text):
    try:
        expected = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except csv.Error:
        expected = None
    try:
        records = scan(text)
        found = cells(records)
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
        scan(text)
    assert error.value.line == line


def test_norm_N04_a_quote_inside_a_bare_cell_is_text():
    records = scan('a,b\n5" disc,1\n"x,y",="0312"\n')
    assert cells(records) == [["a", "b"], ['5" disc', "1"], ["x,y", '="0312"']]
    assert records.lines.tolist() == [1, 2, 3]


def test_norm_N05_a_memo_with_two_line_ends_is_one_record_and_lines_are_physical():
    records = scan('id,memo\n1,"a\nb\nc"\n2,d\n\n3,e')
    assert records.lines.tolist() == [1, 2, 5, 7]
    assert records.cells(1) == ["1", "a\nb\nc"]


def test_records_are_cut_out_in_order():
    records = scan("a,b\n1,2\nx\n3,4\n")
    keep = [i for i in range(len(records)) if records.fields[i] == 2][1:]
    assert records.body(np.array(keep)) == b"1,2\n3,4\n"


TEXT = 'a,"b\n\nc",d\n\n1,"say ""x""",3\n,,\n"",2,"q,r\n"\n9,8,7'


@given(st.lists(st.integers(0, len(TEXT)), max_size=12), st.integers(1, 3), st.integers(0, 3))
def test_records_are_the_same_however_the_text_is_cut(places, head, held):
    borders = [0, *sorted(places), len(TEXT)]
    records = scan(*(TEXT[a:b] for a, b in pairwise(borders)), head=head, held=held)
    assert cells(records) == cells(scan(TEXT))
    assert (records.lines.tolist(), records.fields.tolist()) == ([1, 5, 7, 9], [3, 3, 3, 3])
    assert records.is_multiline


@given(st.text(alphabet='a,"\n', max_size=30), st.lists(st.integers(0, 30), max_size=4), st.integers(0, 2))
def test_any_text_means_the_same_however_it_is_cut(text, places, held):
    def found(*pieces, **options):
        try:
            records = scan(*pieces, **options)
        except BadFile as error:
            return error.line
        return [(row, line) for row, line in zip(cells(records), records.lines.tolist(), strict=True) if any(row)]

    borders = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    assert found(*(text[a:b] for a, b in pairwise(borders)), held=held) == found(text)


@given(st.lists(st.sampled_from(["a,b", "1,2", ",", "", '"x\ny",z', '5" x,1']), max_size=20), st.integers(0, 4), st.integers(1, 9))
def test_the_first_block_has_the_head_and_the_last_one_what_may_be_a_footer(texts, held, head):
    pieces = [text + "\n" for text in texts]
    whole = scan("".join(pieces))
    blocks = list(structure.scan(pieces, ",", head, held))
    assert len(blocks[0]) >= min(head, len(whole))
    assert len(blocks[-1]) >= min(held, len(whole))


def test_memory_follows_the_pieces_and_not_the_text():
    pieces = (f'{number},"two\nlines",x\n' * 1000 for number in range(200))
    tracemalloc.start()
    assert sum(len(block) for block in structure.scan(pieces, ",")) == 200_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("start", ["a,b\n", 'a,b\n5" disc,1\n'])
def test_norm_N04_an_open_quote_that_swallows_a_large_file_is_found_on_the_way(monkeypatch, start: str):
    monkeypatch.setattr(structure, "CELL_LIMIT", 1000)
    monkeypatch.setattr(structure, "BLOCK", 100)
    limit = csv.field_size_limit(1000)
    read = []
    pieces = (read.append(number) or text for number, text in enumerate([start, '1,"open\n', *["2,3\n" * 100] * 100]))
    try:
        with pytest.raises(BadFile, match="引用符が閉じていません") as error:
            list(structure.scan(pieces, ","))
    finally:
        csv.field_size_limit(limit)
    assert error.value.line == start.count("\n") + 1
    assert len(read) < 10
