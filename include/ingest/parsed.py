"""What reading a file gives, whatever its form."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

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
