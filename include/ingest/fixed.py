"""Files without delimiters: every column stands at its own place of the line."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

import numpy as np
import pyarrow as pa

from include.contracts import Contract
from include.ingest import headers
from include.ingest.deliveries import Delivery
from include.ingest.parsed import BadRow, Parsed

SECOND_HALF = "\x00"  # never in a text file, see decode


def read(delivery: Delivery, text: str, contract: Contract) -> Parsed:
    """Positions count half-width columns from 1, as CP932 counts bytes; a line too long or too short is one bad row."""
    header = headers.resolve(contract.columns, contract, delivery.feeds)
    last_first, end = contract.fixed_width[-1][1], max(last for _, _, last in contract.fixed_width)
    rows, lines, bad = [], [], []
    numbered = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()][contract.preamble_rows :]
    while contract.footer and numbered and re.match(contract.footer, numbered[-1][1].strip()):
        numbered.pop()
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
