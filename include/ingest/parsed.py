"""What reading a file gives, whatever its form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from include.ingest.deliveries import Delivery
from include.ingest.headers import Header


@dataclass(frozen=True)
class BadRow:
    line: int
    column: str | None
    value: str | None
    rule_id: str


@dataclass
class Parsed:
    """Cells of the used columns as text (empty = NULL), `lines` of the rows, rows that are no rows, frills left out."""

    header: Header
    cells: pa.Table
    lines: np.ndarray
    bad_rows: list[BadRow] = field(default_factory=list)
    frills: int = 0

    @property
    def rows_in(self) -> int:
        return len(self.lines) + len(self.bad_rows)


@dataclass(frozen=True)
class Taken:
    """A delivery that could be read: its number in the scratch database, its rows, those that were no rows."""

    place: int
    delivery: Delivery
    rows_in: int = 0
    torn: int = 0


def together(pieces: Iterable[Parsed], lines: set[int] | None = None) -> Parsed:
    """A file's pieces as one; with `lines` only these of its rows are held."""
    kept = [piece if lines is None else _only(piece, lines) for piece in pieces]
    return Parsed(
        kept[0].header,
        pa.concat_tables([piece.cells for piece in kept]),
        np.concatenate([piece.lines for piece in kept]),
        [row for piece in kept for row in piece.bad_rows],
        sum(piece.frills for piece in kept),
    )


def _only(piece: Parsed, lines: set[int]) -> Parsed:
    places = np.flatnonzero(np.isin(piece.lines, list(lines)))
    bad = [row for row in piece.bad_rows if row.line in lines]
    return Parsed(piece.header, piece.cells.take(pa.array(places)), piece.lines[places], bad, piece.frills)
