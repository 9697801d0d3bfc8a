"""Text cells to typed columns, set-wise: SQL for the simple form, distinct values through Python for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from include.contracts import Column, ColumnRule, canonical
from include.ingest.headers import Header, key
from include.ingest.sql import quote
from include.ingest.types import NEVER, READERS, TRIMMED, Reader, contacts, reader_for
from include.ingest.types.cells import UNUSABLE

FACTOR = Column("", "price")  # what each column of a product is read as


@dataclass(frozen=True)
class Value:
    """SQL of a typed value over alias `c`; of the rule that rejects the row; the cell it came from."""

    sql: str
    reject: str | None = None
    cell: str | None = None
    joins: tuple[str, ...] = ()
    lossy: tuple[tuple[str, str], ...] = ()  # (mapping table, cell)


class Cells:
    """The cells of one group of files with the same columns, as a table of the scratch database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str, header: Header):
        self.connection = connection
        self.table = table
        self.tables = [table]  # what to drop when the chunk is done
        self.header = header
        self.places = {name: f"c{place}" for place, name in enumerate(header.used)}
        self.names = dict(header.names)
        self._mappings: dict[tuple, tuple[str, bool, bool]] = {}
        self._texts: dict[str, str] = {}
        self._simple: dict[tuple[str, str], tuple[str, bool]] = {}  # fast form and type -> column, whether it fits all cells

    def fill(self, chunk: str, texts: Iterable[tuple[str, ...]], reads: Iterable[tuple[tuple[str, ...], Reader, str]]) -> None:
        """Make the table from a relation of cells, with what several columns ask for worked out once.

        That is the `texts` of cells, and the simple forms that `reads` (names, reader, SQL type) ask for; these are looked
        through once for cells that are not in their simple form.
        """
        trimmed = dict.fromkeys(cell for names in texts if (cell := self.find(names)))
        asked = [(cell, reader.fast, sql_type) for names, reader, sql_type in reads if (cell := self.find(names))]
        simple = {(self._fast(cell, fast), sql_type): self.places[cell] for cell, fast, sql_type in asked if fast != NEVER}
        made = [f"{self.text(cell)} as t{n}" for n, cell in enumerate(trimmed)]
        made += [f"cast({fast} as {sql_type}) as s{n}" for n, (fast, sql_type) in enumerate(simple)]
        self.connection.execute(f"create temp table {self.table} as select {', '.join(['c.*', *made])} from {chunk} as c")
        others = [f"count(*) filter ({place} is not null and s{n} is null)" for n, place in enumerate(simple.values())]
        counts = self.connection.execute(f"select {', '.join(['null', *others])} from {self.table}").fetchone()[1:]
        self._texts = {cell: f"c.t{n}" for n, cell in enumerate(trimmed)}
        self._simple = {known: (f"c.s{n}", counts[n] == 0) for n, known in enumerate(simple)}

    def find(self, sources: tuple[str, ...]) -> str | None:
        """Key of the first of these file columns that is there."""
        return next((k for k in map(key, sources) if k in self.places), None)

    def text(self, cell: str) -> str:
        return self._texts.get(cell) or TRIMMED.replace("{x}", f"c.{self.places[cell]}")

    def value(self, column: Column, rule: ColumnRule, sql_type: str) -> Value:
        """How this canonical column is made here; NULL where the file has none of its columns."""
        if rule.const is not None:
            return Value(f"cast({quote(rule.const)} as {sql_type})")
        if rule.delivery_date:
            return Value(f"cast((select d.known_at from delivery as d where d.place = c.place) as {sql_type})")
        if rule.hash:
            return self._hash(rule)
        cell = self._joined(rule.join, rule.separator) if rule.join else self.find(rule.sources)
        if cell is None:
            return Value(f"cast(null as {sql_type})")
        if rule.match:
            return self._match(cell, rule, sql_type)
        if rule.extract:
            return self._extract(cell, rule, sql_type)
        return self._read(cell, reader_for(column, rule), column, rule, sql_type)

    def _hash(self, rule: ColumnRule) -> Value:
        """16 signs that follow from the cells and the `=texts`, whatever their case; NULL where all cells are empty."""
        cells = [cell for name in rule.hash if name[0] != "=" and (cell := self.find((name,)))]
        texts = [f"nullif(lower({self.text(cell)}), '')" for cell in cells] or ["null"]
        fixed = [quote(name) for name in rule.hash if name[0] == "="]
        joined = ", ".join([*fixed, *(f"coalesce({text}, '')" for text in texts)])
        made = f"substr(md5(concat_ws('|', {joined})), 1, 16)"
        return Value(f"case when coalesce({', '.join(texts)}) is not null then {made} end", cell=cells[0] if cells else None)

    def _joined(self, names: tuple[str, ...], separator: str) -> str | None:
        """A cell made of several, one after the other; the cells of a row only once."""
        name = "+".join(names) + separator
        cells = [cell for part in names if (cell := self.find((part,)))]
        if name not in self.places and cells:
            place = f"j{len(self.places)}"
            text = ", ".join(f"c.{self.places[cell]}" for cell in cells)
            made = f"select c.*, nullif(concat_ws({quote(separator)}, {text}), '') as {place} from {self.table} as c"
            self.connection.execute(f"create or replace temp table {self.table} as {made}")
            self.places[name], self.names[name] = place, "+".join(self.names[cell] for cell in cells)
        return name if cells else None

    def split(self, names: tuple[str, ...], table: str) -> Cells:
        """These cells with one row for every number in one of them, its place and kind as #rank and #type (N18)."""
        cell = self.find(names)
        pieces = [
            (raw, rank, *piece)
            for raw in (self._distinct(self.places[cell]) if cell else [])
            for rank, piece in enumerate(contacts.split_numbers(raw), start=1)
        ]
        columns = {
            name: pa.array([str(piece[at]) for piece in pieces], pa.string())
            for at, name in enumerate(("raw", "p_rank", "p_type", "piece"))
        }
        self.connection.register("pieces_now", pa.table(columns))
        place = self.places[cell] if cell else next(iter(self.places.values()))
        self.connection.execute(
            f"create temp table {table} as select c.* replace (m.piece as {place}), m.p_rank, m.p_type"
            f" from {self.table} as c join pieces_now as m on c.{place} = m.raw"
        )
        self.connection.unregister("pieces_now")
        made = Cells(self.connection, table, self.header)
        made.places |= {"#rank": "p_rank", "#type": "p_type"}
        made.names |= {"#rank": self.names.get(cell, ""), "#type": self.names.get(cell, "")}
        return made

    def product(self, factors: list[tuple[str, ...]], rule: ColumnRule, sql_type: str) -> Value:
        """The product of columns, each known under one of its spellings."""
        parts = []
        for names in factors:
            cell = self.find(names)
            if cell is None:
                return Value(f"cast(null as {sql_type})")
            parts.append(self._read(cell, READERS[FACTOR.type], FACTOR, ColumnRule(scale=rule.scale), canonical().sql_type(FACTOR)))
        rejects = [part.reject for part in parts if part.reject]
        return Value(
            f"cast({' * '.join(part.sql for part in parts)} as {sql_type})",
            f"coalesce({', '.join(rejects)})" if rejects else None,
            next((part.cell for part in parts if part.reject), parts[0].cell),
            tuple(join for part in parts for join in part.joins),
            tuple(mark for part in parts for mark in part.lossy),
        )

    def _match(self, cell: str, rule: ColumnRule, sql_type: str) -> Value:
        text = f"coalesce({self.text(cell)}, '')"
        arms = " ".join(
            f"when regexp_full_match({text}, {quote(pattern)}) then {quote(value)}" for pattern, value in rule.match
        )
        made = f"case {arms} end"
        unmatched = f"case when {text} <> '' and {made} is null then 'N-MAP' end"
        return Value(f"try_cast({made} as {sql_type})", unmatched, cell)

    def _extract(self, cell: str, rule: ColumnRule, sql_type: str) -> Value:
        pattern = quote(f"^(?:{rule.extract})$")
        group = 1 if "(" in rule.extract.replace("(?:", "").replace("\\(", "") else 0
        return Value(f"try_cast(nullif(regexp_extract({self.text(cell)}, {pattern}, {group}), '') as {sql_type})")

    def _read(self, cell: str, reader: Reader, column: Column, rule: ColumnRule, sql_type: str) -> Value:
        place, fast = f"c.{self.places[cell]}", self._fast(cell, reader.fast)
        simple, is_whole = self._simple.get((fast, sql_type), (f"cast({fast} as {sql_type})", False))
        mapping = None if is_whole else self._mapping(cell, reader, column, rule, sql_type, simple)
        if mapping is None:
            return Value(simple, cell=cell)
        table, has_reject, has_lossy = mapping
        read = f"{table}.value" if fast == NEVER else f"coalesce({simple}, {table}.value)"
        return Value(
            read,
            f"{table}.reject" if has_reject else None,
            cell,
            (f"left join {table} on {place} = {table}.raw",),
            ((table, cell),) if has_lossy else (),
        )

    def _fast(self, cell: str, fast: str) -> str:
        return fast.replace("{x}", f"c.{self.places[cell]}")

    def _mapping(
        self, cell: str, reader: Reader, column: Column, rule: ColumnRule, sql_type: str, simple: str
    ) -> tuple[str, bool, bool] | None:
        """Table of distinct unsimple values: raw, value, reject, is_lossy. None when there is none."""
        known = (cell, sql_type, column.codes, column.type, repr(replace(rule, sources=())), id(reader.slow), simple)
        if known in self._mappings:
            return self._mappings[known]
        found = self._distinct(self.places[cell], simple)
        if not found:
            return None
        read = [reader.slow(raw, rule, column) for raw in found]
        if rule.on_error == "null":
            read = [UNUSABLE if cell_read.reject else cell_read for cell_read in read]
        name = f"{self.table}_m{len(self._mappings)}"
        values = pa.table(
            {
                "raw": pa.array(found, pa.string()),
                "value": pa.array([r.value for r in read], pa.string()),
                "reject": pa.array([r.reject for r in read], pa.string()),
                "is_lossy": pa.array([r.is_lossy for r in read], pa.bool_()),
            }
        )
        self.connection.register("mapping_now", values)
        self.connection.execute(
            f"create temp table {name} as select raw, try_cast(value as {sql_type}) as value,"
            f" case when reject is null and value is not null and try_cast(value as {sql_type}) is null"
            " then 'N14' else reject end as reject, is_lossy from mapping_now"
        )
        self.connection.unregister("mapping_now")
        self.tables.append(name)
        has_reject = bool(self.connection.execute(f"select count(reject) from {name}").fetchone()[0])
        self._mappings[known] = (name, has_reject, any(r.is_lossy for r in read))
        return self._mappings[known]

    def _distinct(self, place: str, simple: str = NEVER) -> list[str]:
        rows = self.connection.execute(
            f"select distinct {place} from {self.table} as c where {place} is not null and {simple} is null"
        )
        return rows.fetch_arrow_table().column(0).to_pylist()
