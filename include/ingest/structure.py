"""Where records begin and end (N04, N05): quotes, lines and field counts over the whole file at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from include.ingest.problems import BadFile

QUOTE, NEWLINE = ord('"'), ord("\n")
BLOCK = 1 << 23
FIX_QUOTE = "引用符を閉じるか、値の中の引用符を二重にしてください"
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Records:
    """Non-empty records of a UTF-8 text: byte spans, physical line they start on, number of fields."""

    data: bytes
    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    fields: np.ndarray
    is_multiline: bool

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, place: int) -> str:
        return self.data[self.starts[place] : self.ends[place]].decode()

    def cells(self, place: int, delimiter: str) -> list[str]:
        return next(csv.reader([self.text(place)], delimiter=delimiter), [])

    def body(self, keep: np.ndarray) -> bytes:
        """The bytes of the records at the positions `keep` (ascending), one after the other."""
        if len(keep) and len(keep) == keep[-1] - keep[0] + 1 and _are_adjacent(self, keep):
            return self.data[self.starts[keep[0]] : self.ends[keep[-1]]] + b"\n"
        return b"".join(self.data[self.starts[i] : self.ends[i]] + b"\n" for i in keep)


def _are_adjacent(records: Records, keep: np.ndarray) -> bool:
    first, last = keep[0], keep[-1]
    return bool((records.starts[first + 1 : last + 1] == records.ends[first:last] + 1).all())


def scan(text: str, delimiter: str) -> Records:
    """Find the records of `text` (LF line ends). Raises `BadFile` naming the line where a quote is left open."""
    data = text.encode()
    found = _records(data, ord(delimiter))
    return found if found is not None else _rewrite(text, delimiter)


def _records(data: bytes, delimiter: int) -> Records | None:
    """The records, block by block so that memory follows the block; None where quotes are irregular."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    splits, marks, ordinals = [], [], []  # record ends; delimiters in each record; number of the line end
    inside, carried, line_ends = 0, 0, 0
    for start, end in _blocks(data):
        block = buffer[start:end]
        newlines = np.flatnonzero(block == NEWLINE)
        is_delimiter = block == delimiter
        here = np.arange(len(newlines))
        quotes = np.flatnonzero(block == QUOTE)
        if len(quotes) or inside:
            if not _is_regular(buffer, start + quotes, inside, delimiter):
                return None
            within = (np.cumsum(block == QUOTE, dtype=np.uint8) + np.uint8(inside)) & 1
            is_delimiter &= within == 0
            here = np.flatnonzero(within[newlines] == 0)
            inside = (inside + len(quotes)) & 1
        ends = newlines[here]
        counts = np.add.reduceat(is_delimiter, np.concatenate([[0], ends[ends + 1 < len(block)] + 1]), dtype=np.int64)
        counts[0] += carried
        carried = int(counts[-1]) if len(counts) > len(ends) else 0
        splits.append(start + ends)
        marks.append(counts[: len(ends)])
        ordinals.append(line_ends + here)
        line_ends += len(newlines)
    if inside:
        return None
    if data and not data.endswith(b"\n"):
        splits, marks, ordinals = [*splits, [len(data)]], [*marks, [carried]], [*ordinals, [line_ends]]
    ends, fields, places = (np.concatenate([np.array(p, dtype=np.int64) for p in (*piece, [])]) for piece in (splits, marks, ordinals))
    starts, lines = np.concatenate([[0], ends[:-1] + 1]), np.concatenate([[1], places[:-1] + 2])
    starts, lines = starts[: len(ends)].astype(np.int64), lines[: len(ends)].astype(np.int64)
    full = ends - starts > fields  # a line of delimiters only is no record
    is_multiline = len(ends) > 0 and int(places[-1]) + 1 != len(ends)
    return Records(data, starts[full], ends[full], lines[full], fields[full] + 1, is_multiline)


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Spans of about BLOCK bytes, each ending after a line end."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", min(start + BLOCK, len(data))) + 1 or len(data)
        yield start, end
        start = end


def _is_regular(buffer: np.ndarray, quotes: np.ndarray, inside: int, delimiter: int) -> bool:
    """Every quote that opens stands at a field's start, every one that closes at its end; doubled ones are both."""
    is_border = np.zeros(256, dtype=bool)
    is_border[[delimiter, NEWLINE, QUOTE]] = True
    opening, closing = quotes[inside::2], quotes[1 - inside :: 2]
    opening, closing = opening[opening > 0], closing[closing + 1 < len(buffer)]
    return bool(is_border[buffer[opening - 1]].all() and is_border[buffer[closing + 1]].all())


def _rewrite(text: str, delimiter: str) -> Records:
    """Quotes inside bare fields (5" disc): read them the slow, strict way and write them down regularly."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    lines: list[int] = []
    line = 1
    try:
        for cells in reader:
            if any(cells):
                lines.append(line)
                writer.writerow(cells)
            line = reader.line_num + 1
    except csv.Error:
        raise BadFile("N04", "引用符が閉じていません", FIX_QUOTE, line=_open_line(text, line, delimiter)) from None
    regular = scan(out.getvalue(), delimiter)
    return Records(
        regular.data, regular.starts, regular.ends, np.array(lines, dtype=np.int64), regular.fields,
        regular.is_multiline,
    )  # fmt: skip


def _open_line(text: str, line: int, delimiter: str) -> int:
    """The line, at or after `line`, on which the field begins whose quote is never rightly closed."""
    place = 0
    for _ in range(line - 1):
        place = text.index("\n", place) + 1
    opened = line
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
