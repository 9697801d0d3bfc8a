"""Chunks of cells to typed rows in the scratch database, and the rows that are rejected with their reason.

What goes through here at once lies in memory; what it becomes lies in stage tables on disk, see `stage`.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa

from include.contracts import Column, ColumnRule, Contract, Entity, Feed, canonical, required_columns, spellings
from include.ingest import books, stage
from include.ingest.columns import FACTOR, Cells, Value
from include.ingest.deliveries import Delivery
from include.ingest.headers import Header
from include.ingest.sql import quote
from include.ingest.types import READERS, Reader, reader_for

BAD_DDL = """
create table bad (place integer, row_no bigint, line bigint, header varchar, value varchar, rule_id varchar);
create table delivery (
    place integer, delivery_id varchar, file_name varchar, business_date date, mode varchar, part varchar,
    delivery_sequence bigint, dated_at timestamp, known_at timestamp, is_refused boolean
);
"""
CHUNK_DDL = """
create temp table bad_now (place integer, row_no bigint, line bigint, header varchar, value varchar, rule_id varchar);
create temp table note_now (feed integer, row_no bigint, header varchar, value varchar);
"""


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty scratch tables for the bookkeeping."""
    connection.execute(BAD_DDL)
    connection.execute(books.TALLY_DDL)


def register(connection: duckdb.DuckDBPyConnection, contract: Contract, found: list[Delivery]) -> None:
    """Make deliveries known to the scratch database under their numbers, from 0."""
    rows = []
    for place, delivery in enumerate(found):
        is_first_load = contract.history == "first_load" and not delivery.is_dated
        rows.append(
            (
                place, delivery.delivery_id, delivery.file_name, delivery.business_date, delivery.mode, delivery.part,
                delivery.sequence, None if is_first_load else delivery.known_at, delivery.known_at,
            )
        )  # fmt: skip
    connection.begin()
    for row in rows:
        connection.execute("insert into delivery values (?, ?, ?, ?, ?, ?, ?, ?, ?, false)", row)
    connection.commit()


def unregister(connection: duckdb.DuckDBPyConnection, places: list[int]) -> None:
    """Make the scratch database forget deliveries that are not loaded."""
    connection.execute("delete from delivery where list_contains(?::integer[], place)", [places])


def _limits(name: str, rule: ColumnRule) -> list[str]:
    """N45: outside what the contract calls possible for this column."""
    bounds = [f"t.{name} {sign} {bound}" for sign, bound in (("<", rule.min), (">", rule.max)) if bound is not None]
    return [f"case when {' or '.join(bounds)} then 'N45' end"] if bounds else []


def _without_tax(feed: Feed) -> str:
    """N41: amounts that come with tax lose the tax of their own line's rate."""
    places = {"net_amount": "decimal(18,2), 2", "unit_price": "decimal(18,4), 4"}
    made = []
    for name in feed.tax_included:
        sql_type, digits = places[name].rsplit(", ", 1)
        made.append(f"cast(round(v.{name} / (1 + coalesce(v.tax_rate, 0)), {digits}) as {sql_type}) as {name}")
    return f" replace ({', '.join(made)})" if made else ""


class Group:
    """Files with the same columns feeding the same entities: typed together, chunk by chunk, in a few statements."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Contract,
        feeds: tuple[Feed, ...],
        header: Header,
        future_days: int,
        number: int,
    ):
        self.connection = connection
        self.contract = contract
        self.feeds = feeds
        self.header = header
        self.future_days = future_days
        self.stages = [stage.Stage(connection, contract, feed, f"stage_{number}_{n}") for n, feed in enumerate(feeds)]
        self._split: dict[int, Cells] = {}

    def load(self, chunk: pa.Table) -> None:
        """Type and reject; what is left goes to the stages. `chunk`: place, row_no, line, cells as c0, c1, …"""
        self.connection.execute(CHUNK_DDL)
        self.cells = Cells(self.connection, "cells_now", self.header)
        self.connection.register("chunk_now", chunk)
        self.cells.fill("chunk_now", self._texts(), self._reads())
        self.connection.unregister("chunk_now")
        for number, feed in enumerate(self.feeds):
            self._type(number, feed)
        for name in self.header.unknown:
            place = self.cells.places[name]
            self.connection.execute(
                f"insert into note_now select 0, row_no, ?, c.{place} from cells_now as c where c.{place} is not null",
                [self.cells.names[name]],
            )
        for number, made in enumerate(self.stages):
            made.add(self._typed(number), number)
        books.note(self.connection, self.contract, [(feed, self._typed(number)) for number, feed in enumerate(self.feeds)])
        self.connection.execute("insert into bad select * from bad_now")
        self._drop()

    def _texts(self) -> Iterator[tuple[str, ...]]:
        """File columns whose text is asked for as it is: those of rows put together or chosen, those that patterns read."""
        for feed in self.feeds:
            yield from (spellings(self.feeds, name) for name in (*feed.grain, *([feed.when.column] if feed.when else [])))
            yield from (rule.sources for rule in feed.columns.values() if rule.match or rule.extract)

    def _reads(self) -> Iterator[tuple[tuple[str, ...], Reader, str]]:
        """File columns, reader and SQL type of all that is read cell by cell."""
        for feed in self.feeds:
            for name, rule in feed.columns.items():
                column = self._column(feed, name)
                yield rule.sources, reader_for(column, rule), canonical().sql_type(column)
                for factor in rule.product:
                    yield spellings(self.feeds, factor), READERS[FACTOR.type], canonical().sql_type(FACTOR)

    def _drop(self) -> None:
        for number in range(len(self.feeds)):
            self.connection.execute(f"drop view {self._typed(number)}")
        names = ["bad_now", "note_now"]
        for cells in (self.cells, *self._split.values()):
            names += cells.tables
        for name in names:
            self.connection.execute(f"drop table {name}")
        self._split.clear()

    def forget(self, place: int) -> None:
        """Take back what came of one file."""
        for made in self.stages:
            made.forget(place)

    def _typed(self, number: int) -> str:
        return f"typed_{number}"

    def _cells_of(self, number: int, feed: Feed) -> Cells:
        """The cells a feed is made of: those of the file, or one row for each number of its `split` column."""
        if feed.split is None:
            return self.cells
        if number not in self._split:
            self._split[number] = self.cells.split(spellings(self.feeds, feed.split), f"split_{number}")
        return self._split[number]

    def _type(self, number: int, feed: Feed) -> None:
        entity = canonical().entities[feed.entity]
        cells = self._cells_of(number, feed)
        values = {name: self._value(cells, feed, name) for name in feed.columns}
        for name, rule in feed.columns.items():
            if rule.row_number:
                values[name] = Value("c.row_no")  # counted when all rows are there, see `stage`
        joins = dict.fromkeys(join for value in values.values() for join in value.joins)
        selected = [f"{value.sql} as {name}" for name, value in values.items()]
        selected += [f"{value.reject} as reject_{name}" for name, value in values.items() if value.reject]
        selected += [f"{self._grain(cells, name)} as grain_{place}" for place, name in enumerate(feed.grain)]
        known = [f"v.{name}" for name in ("known_at", "updated_at") if name in values]
        self.connection.execute(
            f"create temp view {self._typed(number)} as"
            f" select v.*{_without_tax(feed)}, coalesce({', '.join([*known, 'd.dated_at'])}) as base_known_at from ("
            f"select c.place, c.row_no, c.line, {', '.join(selected)} from {cells.table} as c"
            f" {' '.join(joins)} where {self._when(cells, feed)}) as v join delivery as d using (place)"
        )
        self._reject(number, feed, entity, values, cells)
        self._note(number, values, cells)

    def _column(self, feed: Feed, name: str) -> Column:
        return canonical().entities[feed.entity].columns.get(name) or canonical().meta[name]

    def _value(self, cells: Cells, feed: Feed, name: str) -> Value:
        column, rule = self._column(feed, name), feed.columns[name]
        if rule.product:
            factors = [spellings(self.feeds, factor) for factor in rule.product]
            return cells.product(factors, rule, canonical().sql_type(column))
        return cells.value(column, rule, canonical().sql_type(column))

    def _grain(self, cells: Cells, name: str) -> str:
        cell = cells.find(spellings(self.feeds, name))
        return cells.text(cell) if cell else "null"

    def _when(self, cells: Cells, feed: Feed) -> str:
        if feed.when is None:
            return "true"
        cell = cells.find(spellings(self.feeds, feed.when.column))
        if cell is None:
            return "false"
        if not feed.when.values:
            return f"{cells.text(cell)} <> ''"
        return f"{cells.text(cell)} in ({', '.join(map(quote, feed.when.values))})"

    def _reject(self, number: int, feed: Feed, entity: Entity, values: dict[str, Value], cells: Cells) -> None:
        needed = {*required_columns(entity), *(n for n, rule in feed.columns.items() if rule.required)}
        typed = self._typed(number)
        reasons = {name: reason for name, value in values.items() if (reason := self._reason(feed, entity, name, value, needed))}
        counts = self.connection.execute(f"select {', '.join(['null', *(f'count({r})' for r in reasons.values())])} from {typed} as t")
        for (name, reason), count in zip(reasons.items(), counts.fetchone()[1:], strict=True):
            if not count:
                continue
            cell = values[name].cell
            raw = f"c.{cells.places[cell]}" if cell else "null"
            self.connection.execute(
                f"insert into bad_now select t.place, t.row_no, t.line, ?, {raw}, {reason}"
                f" from {typed} as t join {cells.table} as c using (row_no) where {reason} is not null",
                [cells.names[cell] if cell else name],
            )

    def _reason(self, feed: Feed, entity: Entity, name: str, value: Value, needed: set[str]) -> str | None:
        """SQL of the rule that rejects a row of `t` for this column, where there can be one."""
        reasons = [f"t.reject_{name}"] if value.reject else []
        if name in needed and feed.columns[name].const is None:
            reasons.append(f"case when t.{name} is null then 'REQUIRED' end")
        column = entity.columns.get(name)
        if name == entity.event and column.type == "timestamp":
            late = f"t.{name} > t.base_known_at + to_days({self.future_days})"
            reasons.append(f"case when {late} then 'N45' end")
        reasons += _limits(name, feed.columns[name])
        if name in feed.tax_included:
            reasons.append(f"case when t.{name} is not null and t.tax_rate is null then 'N41' end")
        return f"coalesce({', '.join(reasons)})" if reasons else None

    def _note(self, number: int, values: dict[str, Value], cells: Cells) -> None:
        for table, cell in dict.fromkeys(mark for value in values.values() for mark in value.lossy):
            place = f"c.{cells.places[cell]}"
            self.connection.execute(
                f"insert into note_now select ?, c.row_no, ?, {place} from {cells.table} as c"
                f" join {table} as m on {place} = m.raw where m.is_lossy",
                [number, cells.names[cell]],
            )
