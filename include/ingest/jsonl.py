"""One JSON object a line; objects inside it become columns named Outer.Inner."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from include.contracts import Contract
from include.ingest import headers
from include.ingest.deliveries import Delivery
from include.ingest.parsed import BadRow, Parsed

DEPTH = 4  # what lies deeper stays JSON text


def read(delivery: Delivery, text: str, contract: Contract) -> Parsed:
    """Raises `BadFile` for a missing column; a line that is no object is one bad row."""
    objects, lines, bad = [], [], []
    for line, piece in enumerate(text.split("\n"), start=1):
        if not piece.strip():
            continue
        try:
            found = json.loads(piece)
            cells = {name: _text(value) for name, value in _flat(found)} if isinstance(found, dict) else None
        except (ValueError, RecursionError):
            cells = None
        if cells is None:
            bad.append(BadRow(line, None, piece, "N-JSON"))
        else:
            objects.append(cells)
            lines.append(line)
    names = list(dict.fromkeys(name for cells in objects for name in cells))
    header = headers.resolve(names, contract, delivery.feeds)
    table = {
        key: pa.array([cells.get(name) for cells in objects], pa.string())
        for key, name in zip(header.keys, names, strict=True)
        if key in header.used
    }
    return Parsed(header, pa.table(table), np.array(lines, dtype=np.int64), bad)


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
