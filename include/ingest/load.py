"""Pieces of files on their way to typed rows: gathered to chunks by their columns, so that many small files are one."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa

from include.contracts import Contract
from include.ingest import feeds, stage
from include.ingest.deliveries import Delivery
from include.ingest.parsed import BadRow, Parsed

# what is typed at once lies in memory several times over
CHUNK_ROWS = 400_000
CHUNK_BYTES = 1 << 28


@dataclass
class _Waiting:
    """Files of one shape: their group, pieces not typed yet, places that have come."""

    group: feeds.Group
    pieces: list[tuple[int, pa.Table]] = field(default_factory=list)
    places: set[int] = field(default_factory=set)


class Loader:
    """Takes files piece by piece; `finish` shows the rows of those not forgotten as the entities."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Contract, future_days: int):
        self.connection = connection
        self.contract = contract
        self.future_days = future_days
        self._shapes: dict[tuple, _Waiting] = {}
        self._next_row = 0
        self._rows = self._bytes = 0

    def add(self, place: int, delivery: Delivery, piece: Parsed) -> None:
        """One more piece of the file number `place`, which `feeds.register` has made known."""
        self._refuse(place, piece.bad_rows)
        shape = (delivery.entities, tuple(sorted(piece.header.used)))
        if shape not in self._shapes:
            group = feeds.Group(
                self.connection, self.contract, delivery.feeds, piece.header, self.future_days, len(self._shapes)
            )
            self._shapes[shape] = _Waiting(group)
        waiting = self._shapes[shape]
        waiting.places.add(place)
        if not len(piece.lines):
            return
        table = self._numbered(place, piece, waiting.group.header.used)
        waiting.pieces.append((place, table))
        self._rows, self._bytes = self._rows + len(table), self._bytes + table.nbytes
        if self._rows >= CHUNK_ROWS or self._bytes >= CHUNK_BYTES:
            self._type()

    def forget(self, place: int) -> None:
        """Take back what came of one file."""
        for waiting in self._shapes.values():
            if place in waiting.places:
                waiting.places.remove(place)
                waiting.pieces = [piece for piece in waiting.pieces if piece[0] != place]
                waiting.group.forget(place)
                self.connection.execute("delete from bad where place = ?", [place])

    def finish(self) -> list[str]:
        """Type what waits, show the rows as entities; a sentence for each group of files with columns nobody asked for."""
        self._type()
        said = []
        stage.lay_out(self.connection, self.contract, [s for w in self._shapes.values() for s in w.group.stages])
        for waiting in self._shapes.values():
            header = waiting.group.header
            if header.unknown and waiting.places:
                names = "、".join(header.names[k] for k in header.unknown)
                said.append(
                    f"{self.contract.source}: 契約にない列を extra_json に残しました ({len(waiting.places)} ファイル): {names}"
                )
        return said

    def _type(self) -> None:
        for waiting in self._shapes.values():
            if waiting.pieces:
                chunk = pa.concat_tables([table for _, table in waiting.pieces])
                waiting.pieces.clear()
                waiting.group.load(chunk)
        self._rows = self._bytes = 0

    def _numbered(self, place: int, piece: Parsed, keys: tuple[str, ...]) -> pa.Table:
        """place of the file, running row number, line, cells as c0, c1, …"""
        size = len(piece.lines)
        columns = {
            "place": pa.array(np.full(size, place, dtype=np.int32)),
            "row_no": pa.array(np.arange(self._next_row, self._next_row + size)),
            "line": pa.array(piece.lines, pa.int64()),
        }
        columns |= {f"c{number}": piece.cells.column(k) for number, k in enumerate(keys)}
        self._next_row += size
        return pa.table(columns)

    def _refuse(self, place: int, rows: list[BadRow]) -> None:
        """Rows that are no rows."""
        if not rows:
            return
        table = pa.table(
            {
                "place": pa.array([place] * len(rows), pa.int32()),
                "line": pa.array([row.line for row in rows], pa.int64()),
                "header": pa.array([row.column for row in rows], pa.string()),
                "value": pa.array([row.value for row in rows], pa.string()),
                "rule_id": pa.array([row.rule_id for row in rows], pa.string()),
            }
        )
        self.connection.register("torn_now", table)
        self.connection.execute("insert into bad by name select * from torn_now")
        self.connection.unregister("torn_now")
