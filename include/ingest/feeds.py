"""Typed rows per canonical entity in the scratch database, and the rows that are rejected with their reason."""

from __future__ import annotations

import duckdb

from include.contracts import ColumnRule, Contract, Entity, Feed, canonical, required_columns, spellings
from include.ingest import books, unfold
from include.ingest.deliveries import Delivery
from include.ingest.columns import Cells, Value, quote

BAD_DDL = """
create table bad (place integer, row_no bigint, line bigint, header varchar, value varchar, rule_id varchar);
create table note (feed integer, row_no bigint, header varchar, value varchar);
create table delivery (
    place integer, delivery_id varchar, file_name varchar, business_date date, mode varchar, part varchar,
    delivery_sequence bigint, dated_at timestamp, known_at timestamp
);
"""
AGGREGATES = {"first": "arg_min({v}, row_no)", "min": "min({v})", "max": "max({v})", "sum": "sum({v})"}


def raw_ddl(entity: Entity, table: str) -> str:
    """The table of an entity: canonical columns, then the meta columns."""
    columns = [*entity.columns.values(), *canonical().meta.values()]
    return f"create table if not exists {table} ({', '.join(f'{c.name} {canonical().sql_type(c)}' for c in columns)})"


def create(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Empty scratch tables: bookkeeping and every entity that the contract feeds."""
    connection.execute(BAD_DDL)
    connection.execute(books.TALLY_DDL)
    for name in dict.fromkeys(feed.entity for feed in contract.feeds):
        connection.execute(raw_ddl(canonical().entities[name], name))


def register(connection: duckdb.DuckDBPyConnection, contract: Contract, place: int, delivery: Delivery) -> None:
    """Make a delivery known to the scratch database under its number `place`."""
    is_first_load = contract.history == "first_load" and not delivery.is_dated
    connection.execute(
        "insert into delivery values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            place, delivery.delivery_id, delivery.file_name, delivery.business_date, delivery.mode, delivery.part,
            delivery.sequence, None if is_first_load else delivery.known_at, delivery.known_at,
        ],
    )  # fmt: skip


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
    """Files with the same columns feeding the same entities: typed together, in a few statements."""

    def __init__(self, cells: Cells, contract: Contract, feeds: tuple[Feed, ...], future_days: int):
        self.cells = cells
        self.contract = contract
        self.feeds = feeds
        self.future_days = future_days
        self.connection = cells.connection
        self._split: dict[int, Cells] = {}

    def load(self, unknown: tuple[str, ...]) -> None:
        """Type, reject, and add what is left to the entity tables. `unknown`: columns to keep in extra_json."""
        for number, feed in enumerate(self.feeds):
            self._type(number, feed)
        for name in unknown:
            place = self.cells.places[name]
            self.connection.execute(
                f"insert into note select 0, row_no, ?, c.{place} from {self.cells.table} as c where c.{place} is not null",
                [self.cells.names[name]],
            )
        for number, feed in enumerate(self.feeds):
            self._insert(number, feed)
        typed = [(feed, self._typed(n), f"{self._typed(n)}_e") for n, feed in enumerate(self.feeds)]
        books.note(self.connection, self.contract, self.cells.table, typed)

    def _typed(self, number: int) -> str:
        return f"{self.cells.table}_f{number}"

    def _cells_of(self, number: int, feed: Feed) -> Cells:
        """The cells a feed is made of: those of the file, or one row for each number of its `split` column."""
        if feed.split is None:
            return self.cells
        if number not in self._split:
            self._split[number] = self.cells.split(spellings(self.feeds, feed.split), f"{self.cells.table}_s{number}")
        return self._split[number]

    def _type(self, number: int, feed: Feed) -> None:
        entity = canonical().entities[feed.entity]
        cells = self._cells_of(number, feed)
        values = {name: self._value(cells, entity, feed, name) for name in feed.columns}
        for name, rule in feed.columns.items():
            if rule.row_number:
                others = [values[k].sql for k in entity.key if k != name and k in values]
                by = ", ".join(["c.place", *others])
                values[name] = Value(f"row_number() over (partition by {by} order by c.row_no)")
        joins = dict.fromkeys(join for value in values.values() for join in value.joins)
        selected = [f"{value.sql} as {name}" for name, value in values.items()]
        selected += [f"{value.reject} as reject_{name}" for name, value in values.items() if value.reject]
        selected += [f"{self._grain(cells, name)} as grain_{place}" for place, name in enumerate(feed.grain)]
        known = [f"v.{name}" for name in ("known_at", "updated_at") if name in values]
        self.connection.execute(
            f"create temp table {self._typed(number)} as"
            f" select v.*{_without_tax(feed)}, coalesce({', '.join([*known, 'd.dated_at'])}) as base_known_at from ("
            f"select c.place, c.row_no, c.line, {', '.join(selected)} from {cells.table} as c"
            f" {' '.join(joins)} where {self._when(cells, feed)}) as v join delivery as d using (place)"
        )
        self._reject(number, feed, entity, values, cells)
        self._note(number, values, cells)

    def _value(self, cells: Cells, entity: Entity, feed: Feed, name: str) -> Value:
        column = entity.columns.get(name) or canonical().meta[name]
        rule = feed.columns[name]
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
        for name, value in values.items():
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
            if not reasons:
                continue
            reason = f"coalesce({', '.join(reasons)})"
            cell = value.cell
            raw = f"c.{cells.places[cell]}" if cell else "null"
            self.connection.execute(
                f"insert into bad select t.place, t.row_no, t.line, ?, {raw}, {reason}"
                f" from {self._typed(number)} as t join {cells.table} as c using (row_no) where {reason} is not null",
                [cells.names[cell] if cell else name],
            )

    def _note(self, number: int, values: dict[str, Value], cells: Cells) -> None:
        for table, cell in dict.fromkeys(mark for value in values.values() for mark in value.lossy):
            place = f"c.{cells.places[cell]}"
            self.connection.execute(
                f"insert into note select ?, c.row_no, ?, {place} from {cells.table} as c"
                f" join {table} as m on {place} = m.raw where m.is_lossy",
                [number, cells.names[cell]],
            )

    def _insert(self, number: int, feed: Feed) -> None:
        entity = canonical().entities[feed.entity]
        source = f"{self._typed(number)}_e"
        self.connection.execute(
            f"create temp table {source} as with good as (select * from {self._typed(number)}"
            f" where row_no not in (select row_no from bad)) {self._rows(entity, feed)}"
        )
        present = {name: name for name in entity.columns}
        present |= {name: name for name in feed.columns}
        if "currency_code" in entity.columns and self.contract.currency:
            present["currency_code"] = f"coalesce(currency_code, {quote(self.contract.currency)})"
        self._append(number, entity, source, present, "r.base_known_at", "r.base_known_at is not null")
        if self.contract.history == "first_load":
            for version in unfold.versions(entity.name, entity.event):
                where = f"r.base_known_at is null and {version.where}"
                self._append(number, entity, source, {**present, **version.columns}, version.known_at, where)

    def _rows(self, entity: Entity, feed: Feed) -> str:
        """One row per grain (or file row) with every canonical column, those not fed as NULL."""
        absent = [
            f"cast(null as {canonical().sql_type(column)}) as {name}"
            for name, column in entity.columns.items()
            if name not in feed.columns
        ]
        if not feed.grain:
            return f"select place, row_no, line, 1 as file_rows, base_known_at, {', '.join([*feed.columns, *absent])} from good"
        picks = [f"{AGGREGATES[rule.aggregate].replace('{v}', name)} as {name}" for name, rule in feed.columns.items()]
        by = ", ".join(["place", *(f"grain_{place}" for place in range(len(feed.grain)))])
        return (
            "select place, min(row_no) as row_no, arg_min(line, row_no) as line, count(*) as file_rows,"
            " max(base_known_at) as base_known_at,"
            f" {', '.join([*picks, *absent])} from good group by {by}"
        )

    def _append(
        self, number: int, entity: Entity, source: str, present: dict[str, str], known_at: str, where: str
    ) -> None:
        """Add rows of one version to the entity's table; `present`: canonical column -> SQL over `source`."""
        content = [
            f"cast({present.get(column.name, 'null')} as {canonical().sql_type(column)}) as {column.name}"
            for column in entity.columns.values()
        ]
        system = quote(self.contract.source_system)
        meta = {
            "source_system": f"coalesce({present.get('source_system', 'null')}, {system})",
            "source_file": "d.file_name",
            "source_row": "r.line",
            "delivery_id": "d.delivery_id",
            "business_date": "d.business_date",
            "delivery_sequence": "d.delivery_sequence",
            "known_at": known_at,
            "is_deleted": f"coalesce({present.get('is_deleted', 'null')}, false)",
            "extra_json": "n.extra_json",
        }
        hashed = ", ".join(f"coalesce(cast({name} as varchar), '')" for name in [*entity.columns, "is_deleted"])
        self.connection.execute(
            f"insert into {entity.name} by name"
            f" select *, md5(concat_ws(chr(31), {hashed})) as record_hash from ("
            f"select {', '.join([*content, *(f'{sql} as {name}' for name, sql in meta.items())])}"
            f" from {source} as r join delivery as d using (place) left join ("
            " select row_no, to_json(map(list(header order by header), list(value order by header)))::varchar as extra_json"
            f" from (select distinct row_no, header, value from note where feed = {number}) group by row_no"
            f") as n using (row_no) where {where})"
        )
