"""Where records begin and end (N04, N05): quotes, lines and field counts over the whole file at once."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np

from include.ingest.problems import BadFile

QUOTE, NEWLINE = ord('"'), ord("\n")
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
    buffer = np.frombuffer(data, dtype=np.uint8)
    is_quote = buffer == QUOTE
    quotes = np.flatnonzero(is_quote)
    if len(quotes) and not _is_regular(buffer, quotes, ord(delimiter)):
        return _rewrite(text, delimiter)
    inside = np.cumsum(is_quote, dtype=np.uint8) & 1 if len(quotes) else None
    return _records(data, buffer, inside, ord(delimiter))


def _is_regular(buffer: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Every odd quote opens a field, every even one closes it or is doubled, and none is left open."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before = np.where(opening > 0, buffer[opening - 1], NEWLINE)
    after = np.where(closing + 1 < len(buffer), buffer[np.minimum(closing + 1, len(buffer) - 1)], NEWLINE)
    borders = (delimiter, NEWLINE)
    doubled = np.zeros(len(opening), dtype=bool)
    doubled[1:] = opening[1:] == closing[:-1] + 1
    continued = np.append(doubled[1:], False)
    return bool((np.isin(before, borders) | doubled).all() and (np.isin(after, borders) | continued).all())


def _records(data: bytes, buffer: np.ndarray, inside: np.ndarray | None, delimiter: int) -> Records:
    newlines = np.flatnonzero(buffer == NEWLINE)
    splits = newlines if inside is None else newlines[inside[newlines] == 0]
    ends = splits if data.endswith(b"\n") else np.append(splits, len(data))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    lines = np.searchsorted(newlines, starts) + 1
    is_delimiter = buffer == delimiter
    if inside is not None:
        is_delimiter &= inside == 0
    marks = np.flatnonzero(is_delimiter)
    fields = np.searchsorted(marks, ends) - np.searchsorted(marks, starts) + 1
    full = ends - starts > np.where(fields > 1, fields - 1, 0)  # a line of delimiters only is no record
    is_multiline = len(splits) != len(newlines)
    return Records(data, starts[full], ends[full], lines[full], fields[full], is_multiline)


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
