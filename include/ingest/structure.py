"""Where records begin and end (N04, N05): quotes, lines and field counts, block by block over a text of any size."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from itertools import chain

import numpy as np

from include.ingest.problems import BadFile

QUOTE, NEWLINE = ord('"'), ord("\n")
BLOCK = 1 << 23  # bytes that the slow reading hands on at a time; the fast one follows its pieces
CELL_LIMIT = 1 << 24  # signs of one cell: a longer one is a quote left open, and would fill the memory
FIX_QUOTE = "引用符を閉じるか、値の中の引用符を二重にしてください"
csv.field_size_limit(CELL_LIMIT)


@dataclass(frozen=True)
class Records:
    """Non-empty records of a block of UTF-8 text: byte spans and the physical line each starts on."""

    data: bytes
    delimiter: str
    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    is_multiline: bool
    is_last: bool = True

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def fields(self) -> np.ndarray:
        """How many cells each record has."""
        return _delimiters(self.data, self.delimiter, self.starts, self.ends) + 1

    def text(self, place: int) -> str:
        return self.data[self.starts[place] : self.ends[place]].decode()

    def cells(self, place: int) -> list[str]:
        return next(csv.reader([self.text(place)], delimiter=self.delimiter), [])

    def first(self, count: int) -> Records:
        """These many records, with more to come."""
        cut = slice(count)
        return replace(self, starts=self.starts[cut], ends=self.ends[cut], lines=self.lines[cut], is_last=False)

    def body(self, keep: np.ndarray) -> bytes:
        """The bytes of the records at the positions `keep` (ascending), one after the other."""
        if len(keep) and len(keep) == keep[-1] - keep[0] + 1 and _are_adjacent(self, keep):
            return self.data[self.starts[keep[0]] : self.ends[keep[-1]] + 1]
        return b"".join(self.data[self.starts[i] : self.ends[i]] + b"\n" for i in keep)


def _are_adjacent(records: Records, keep: np.ndarray) -> bool:
    first, last = keep[0], keep[-1]
    return bool((records.starts[first + 1 : last + 1] == records.ends[first:last] + 1).all())


def scan(pieces: Iterable[str], delimiter: str, head: int = 1, held: int = 0) -> Iterator[Records]:
    """The records of a text with LF line ends that comes in pieces; memory follows the pieces, not the text.

    The first block has `head` records or more, the last one `held` or more, where there are so many.
    Raises `BadFile` naming the line where a quote is left open.
    """
    source, rest, line = _with_last(pieces), b"", 1
    for piece, is_last in source:
        data = rest + piece.encode()
        if is_last and data and not data.endswith(b"\n"):
            data += b"\n"
        block = _regular(data, line, delimiter)
        open_size = len(data) - block.end if block else 0
        if block is None or open_size > (0 if is_last else CELL_LIMIT):
            yield from _rewritten(chain([data.decode()], (text for text, _ in source)), line, delimiter, head, held)
            return
        cut = len(block.records) - held
        if is_last:
            yield block.records
        elif cut < head:
            rest = data
        else:
            yield block.records.first(cut)
            rest, line, head = data[block.start_of(cut) :], block.line_of(cut), 1


def _with_last(pieces: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Every piece, and whether it is the last; no piece at all is one empty piece."""
    source = iter(pieces)
    piece = next(source, "")
    for following in source:
        yield piece, False
        piece = following
    yield piece, True


@dataclass(frozen=True)
class _Block:
    """The whole records of some data; `end`, `next_line`: where the record begins that is not whole yet."""

    records: Records
    end: int
    next_line: int

    def start_of(self, cut: int) -> int:
        return int(self.records.starts[cut]) if cut < len(self.records) else self.end

    def line_of(self, cut: int) -> int:
        return int(self.records.lines[cut]) if cut < len(self.records) else self.next_line


def _regular(data: bytes, line: int, delimiter: str) -> _Block | None:
    """The records of data that begins with one on physical line `line`; None where quotes are irregular."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    newlines, quotes = np.flatnonzero(buffer == NEWLINE), np.flatnonzero(buffer == QUOTE)
    places = np.arange(len(newlines))
    if len(quotes):
        if not _is_regular(buffer, quotes, ord(delimiter)):
            return None
        places = np.flatnonzero(_is_outside(quotes, newlines))
    ends = newlines[places]
    starts, lines = np.concatenate([[0], ends + 1]), np.concatenate([[line], line + places + 1])
    end, next_line = int(starts[-1]), int(lines[-1])
    starts, lines = starts[:-1], lines[:-1]
    is_multiline = len(places) > 0 and int(places[-1]) + 1 != len(places)
    full = ~_is_blank(data, delimiter, starts, ends)
    return _Block(Records(data, delimiter, starts[full], ends[full], lines[full], is_multiline), end, next_line)


def _is_outside(quotes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Which of the places lie between no opening and closing quote."""
    return np.searchsorted(quotes, places) % 2 == 0


def _is_regular(buffer: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Every quote that opens stands at a field's start, every one that closes at its end; doubled ones are both."""
    is_border = (buffer == delimiter) | (buffer == NEWLINE) | (buffer == QUOTE)
    edge = np.ones(1, dtype=bool)
    opens_well, closes_well = np.concatenate([edge, is_border[:-1]]), np.concatenate([is_border[1:], edge])
    return bool(opens_well[quotes[::2]].all() and closes_well[quotes[1::2]].all())


def _is_blank(data: bytes, delimiter: str, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """A line of delimiters only is no record."""
    blank = starts == ends
    padded = np.frombuffer(data, dtype=np.uint8)
    maybe = np.flatnonzero(~blank)
    maybe = maybe[(padded[starts[maybe]] == ord(delimiter)) & (padded[ends[maybe] - 1] == ord(delimiter))]
    if len(maybe):
        blank[maybe] = _delimiters(data, delimiter, starts[maybe], ends[maybe]) == ends[maybe] - starts[maybe]
    return blank


def _delimiters(data: bytes, delimiter: str, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many delimiters outside quotes each span has."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    marks, quotes = np.flatnonzero(buffer == ord(delimiter)), np.flatnonzero(buffer == QUOTE)
    if len(quotes):
        marks = marks[_is_outside(quotes, marks)]
    return np.searchsorted(marks, ends) - np.searchsorted(marks, starts)


def _rewritten(texts: Iterable[str], line: int, delimiter: str, head: int, held: int) -> Iterator[Records]:
    """Quotes inside bare fields (5" disc): read them the slow, strict way and write them down regularly."""
    rows: list[list[str]] = []
    lines: list[int] = []
    size = 0
    for cells, at, length in _strict_rows(texts, line, delimiter):
        if any(cells):
            rows.append(cells)
            lines.append(at)
            size += length
        cut = len(rows) - held
        if size > BLOCK and cut >= head:
            yield _written(rows[:cut], lines[:cut], delimiter, is_last=False)
            rows, lines, size, head = rows[cut:], lines[cut:], 0, 1
    yield _written(rows, lines, delimiter, is_last=True)


def _strict_rows(texts: Iterable[str], line: int, delimiter: str) -> Iterator[tuple[list[str], int, int]]:
    """Cells, physical line and length of every record."""
    record: list[str] = []

    def remembered() -> Iterator[str]:
        for text in _text_lines(texts, line):
            record.append(text)
            yield text

    reader = csv.reader(remembered(), delimiter=delimiter, strict=True)
    at = line
    try:
        for cells in reader:
            yield cells, at, sum(map(len, record))
            at = line + reader.line_num
            record.clear()
    except csv.Error:
        opened = _open_line("".join(record), at, delimiter)
        raise BadFile("N04", "引用符が閉じていません", FIX_QUOTE, line=opened) from None


def _text_lines(texts: Iterable[str], line: int) -> Iterator[str]:
    rest = ""
    for text in texts:
        *whole, rest = (rest + text).split("\n")
        yield from (piece + "\n" for piece in whole)
        line += len(whole)
        if len(rest) > CELL_LIMIT:
            raise BadFile("N04", "行の区切りを特定できません", FIX_QUOTE, line=line)
    if rest:
        yield rest


def _written(rows: list[list[str]], lines: list[int], delimiter: str, is_last: bool) -> Records:
    out = StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
    found = _regular(out.getvalue().encode(), 1, delimiter).records
    return replace(found, lines=np.array(lines, dtype=np.int64), is_last=is_last)


def _open_line(text: str, line: int, delimiter: str) -> int:
    """The line on which the field begins whose quote is never rightly closed; the text begins on `line`."""
    place, opened = 0, line
    at_field_start, inside = True, False
    while place < len(text):
        sign = text[place]
        if inside and sign == '"':
            if text[place + 1 : place + 2] == '"':
                place += 1
            elif text[place + 1 : place + 2] in (delimiter, "\n", ""):
                inside = False
            else:
                return opened
        elif not inside and sign == '"' and at_field_start:
            inside, opened = True, line
        at_field_start = not inside and sign in (delimiter, "\n")
        line += sign == "\n"
        place += 1
    return opened
