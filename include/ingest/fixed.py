"""Files without delimiters: every column stands at its own place of the line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from unicodedata import east_asian_width

import numpy as np
import pyarrow as pa

from include.contracts import Contract
from include.ingest import decode, headers
from include.ingest.deliveries import Delivery
from include.ingest.headers import Header
from include.ingest.parsed import BadRow, Parsed

ROWS = 100_000  # of one piece
SECOND_HALF = "\x00"  # never in a text file, see decode


def read(delivery: Delivery, texts: Iterator[str], contract: Contract) -> Iterator[Parsed]:
    """Positions count half-width columns from 1, as CP932 counts bytes; a line too long or too short is one bad row."""
    header = headers.resolve(contract.columns, contract, delivery.feeds)
    numbered = _without_footer(_rows(texts, contract.preamble_rows), contract.footer)
    yield _parsed(header, [], contract)
    while some := list(islice(numbered, ROWS)):
        yield _parsed(header, some, contract)


def _rows(texts: Iterator[str], preamble: int) -> Iterator[tuple[int, str]]:
    return islice(((n, line) for n, line in decode.lines(texts) if line.strip()), preamble, None)


def _without_footer(numbered: Iterator[tuple[int, str]], footer: str | None) -> Iterator[tuple[int, str]]:
    """Lines that look like a footer are none where a row follows."""
    held = []
    for number, line in numbered:
        if footer and re.match(footer, line.strip()):
            held.append((number, line))
            continue
        yield from held
        held.clear()
        yield number, line


def _parsed(header: Header, numbered: list[tuple[int, str]], contract: Contract) -> Parsed:
    last_first, end = contract.fixed_width[-1][1], max(last for _, _, last in contract.fixed_width)
    rows, lines, bad = [], [], []
    for number, line in numbered:
        wide = _widened(line.rstrip())
        if last_first <= len(wide) <= end:
            rows.append(wide)
            lines.append(number)
        else:
            bad.append(BadRow(number, None, line, "N04"))
    places = {headers.key(name): (first - 1, last) for name, first, last in contract.fixed_width}
    cells = {
        key: pa.array([_cell(row[places[key][0] : places[key][1]]) for row in rows], pa.string()) for key in header.used
    }
    return Parsed(header, pa.table(cells), np.array(lines, dtype=np.int64), bad)


def _widened(line: str) -> str:
    if line.isascii():
        return line
    return "".join(sign + SECOND_HALF if east_asian_width(sign) in "WFA" else sign for sign in line)


def _cell(piece: str) -> str | None:
    return piece.replace(SECOND_HALF, "").strip() or None
