"""One JSON object a line; objects inside it become columns named Outer.Inner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from include.contracts import Contract
from include.ingest import decode, headers
from include.ingest.deliveries import Delivery
from include.ingest.headers import Header
from include.ingest.parsed import BadRow, Parsed

ROWS = 50_000  # of one piece
DEPTH = 4  # what lies deeper stays JSON text


def read(delivery: Delivery, path: Path, encoding: str, contract: Contract) -> Iterator[Parsed]:
    """Twice through the file: once for the names, once for the rows.

    Raises `BadFile` for a missing column; a line that is no object is one bad row.
    """
    names = list(dict.fromkeys(n for _, _, cells in _objects(path, encoding) if cells is not None for n in cells))
    header = headers.resolve(names, contract, delivery.feeds)
    used = {key: name for key, name in zip(header.keys, names, strict=True) if key in header.used}
    rows = _objects(path, encoding)
    yield _parsed(header, used, [])
    while some := list(islice(rows, ROWS)):
        yield _parsed(header, used, some)


def _objects(path: Path, encoding: str) -> Iterator[tuple[int, str, dict[str, str | None] | None]]:
    """Line, its text, its cells by name (None where it is no object)."""
    for line, piece in decode.lines(decode.pieces(path, encoding)):
        if not piece.strip():
            continue
        try:
            found = json.loads(piece)
            yield line, piece, {name: _text(value) for name, value in _flat(found)} if isinstance(found, dict) else None
        except (ValueError, RecursionError):
            yield line, piece, None


def _parsed(header: Header, used: dict[str, str], rows: list[tuple[int, str, dict | None]]) -> Parsed:
    objects = [cells for _, _, cells in rows if cells is not None]
    table = {key: pa.array([cells.get(name) for cells in objects], pa.string()) for key, name in used.items()}
    lines = np.array([line for line, _, cells in rows if cells is not None], dtype=np.int64)
    bad = [BadRow(line, None, piece, "N-JSON") for line, piece, cells in rows if cells is None]
    return Parsed(header, pa.table(table), lines, bad)


def _flat(found: dict, prefix: str = "", depth: int = 1):
    for name, value in found.items():
        if isinstance(value, dict) and value and depth < DEPTH:
            yield from _flat(value, f"{prefix}{name}.", depth + 1)
        else:
            yield f"{prefix}{name}", value


def _text(value) -> str | None:
    if value is None or value == "" or value == {}:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
