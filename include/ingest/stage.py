"""Typed rows of one feed on disk until all files are read; then the rows of its entity.

What a chunk cannot know alone is done here: rows of one grain that lie far apart, numbers inside a record.
"""

from __future__ import annotations

import duckdb

from include.contracts import Contract, Entity, Feed, canonical
from include.ingest import books, unfold
from include.ingest.sql import quote

AGGREGATES = {"first": "arg_min({v}, row_no)", "min": "min({v})", "max": "max({v})", "sum": "sum({v})"}
NOTES = """
select row_no, to_json(map(list(header order by header), list(value order by header)))::varchar as extra_json
from (select distinct row_no, header, value from note_now where feed = {number}) group by row_no
"""


def canonical_ddl(entity: Entity, table: str) -> str:
    """The table of an entity: canonical columns, then the meta columns."""
    columns = [*entity.columns.values(), *canonical().meta.values()]
    return f"create table if not exists {table} ({', '.join(f'{c.name} {canonical().sql_type(c)}' for c in columns)})"


class Stage:
    """The rows of one feed of one group of files. A table of the scratch database, so that memory does not grow with it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Contract, feed: Feed, table: str):
        self.connection = connection
        self.contract = contract
        self.feed = feed
        self.table = table
        self.entity = canonical().entities[feed.entity]
        self.counted = [name for name, rule in feed.columns.items() if rule.row_number]
        self.keys = ["place", *(f"grain_{place}" for place in range(len(feed.grain)))]
        self.chunks = 0
        types = {name: self.entity.columns.get(name) or canonical().meta[name] for name in feed.columns}
        columns = [
            "place integer", "row_no bigint", "line bigint", "base_known_at timestamp", "extra_json varchar", "is_bad boolean",
            *(f"{name} {canonical().sql_type(column)}" for name, column in types.items()),
            *(f"{name} varchar" for name in self.keys[1:]),
        ]  # fmt: skip
        connection.execute(f"create table {table} ({', '.join(columns)})")

    def add(self, typed: str, number: int) -> None:
        """Take the rows of one typed chunk; `bad_now` and `note_now` say what is wrong with them and worth keeping."""
        rows = (
            f"(select t.*, n.extra_json, b.row_no is not null as is_bad from {typed} as t"
            f" left join ({NOTES.format(number=number)}) as n using (row_no)"
            " left join (select distinct row_no from bad_now) as b using (row_no)"
            # rows that are no good count where rows are counted
            f"{'' if self.counted else ' where b.row_no is null'})"
        )
        made = (None if self.counted else self._one_each(rows)) or f"select * from {rows}"
        columns = ", ".join(row[0] for row in self.connection.execute(f"describe {self.table}").fetchall())
        self.connection.execute(f"insert into {self.table} by name select {columns} from ({made})")
        self.chunks += 1

    def forget(self, place: int) -> None:
        self.connection.execute(f"delete from {self.table} where place = ?", [place])

    def finish(self) -> list[str]:
        """Put together what the chunks could not; queries that give the rows of the entity, one for each kind of version."""
        if self.counted:
            self._count()
        if self.counted or self.chunks > 1:
            self._merge()
        if self.feed.grain:
            books.note_grains(self.connection, self.contract, self.feed.entity, self.table)
        present = {name: name for name in self.feed.columns}
        if "currency_code" in self.entity.columns and self.contract.currency:
            own = "currency_code" if "currency_code" in present else "null"
            present["currency_code"] = f"coalesce({own}, {quote(self.contract.currency)})"
        queries = [self._rows(present, "r.base_known_at", "r.base_known_at is not null")]
        if self.contract.history == "first_load":
            absent = [
                f"cast(null as {canonical().sql_type(column)}) as {name}"
                for name, column in self.entity.columns.items()
                if name not in self.feed.columns
            ]
            for version in unfold.versions(self.entity.name, self.entity.event):
                where = f"r.base_known_at is null and {version.where}"
                columns = {**present, **version.columns}
                queries.append(self._rows(columns, version.known_at, where, absent))
        return queries

    def _count(self) -> None:
        """Positions inside the rest of the key, in file order over all rows, then without the bad ones."""
        made = []
        for name in self.counted:
            others = [key for key in self.entity.key if key != name and key in self.feed.columns]
            made.append(f"row_number() over (partition by {', '.join(['place', *others])} order by row_no) as {name}")
        counted = f"select * replace ({', '.join(made)}) from {self.table}"
        self.connection.execute(f"create table {self.table}_next as select * from ({counted}) where not is_bad")
        self.connection.execute(f"drop table {self.table}")
        self.connection.execute(f"alter table {self.table}_next rename to {self.table}")

    def _one_each(self, rows: str) -> str | None:
        """One row a grain; None where it is so already. Grains that come twice are found by their hashes first."""
        if not self._find_doubled(rows):
            return None
        return f"select * from {rows} where {self._same} not in (from doubled) union all by name {self._merged(rows)}"

    def _merge(self) -> None:
        """One row a grain in the stage; only rows of grains that several chunks have brought are written again."""
        if self._find_doubled(self.table):
            self.connection.execute(f"create or replace temp table merged as {self._merged(self.table)}")
            self.connection.execute(f"delete from {self.table} where {self._same} in (from doubled)")
            self.connection.execute(f"insert into {self.table} by name select * from merged")

    @property
    def _same(self) -> str:
        return f"hash({', '.join(self.keys)})"

    def _find_doubled(self, rows: str) -> bool:
        """Whether a grain comes twice; the hashes of those that do are in the table `doubled`."""
        if not self.feed.grain:
            return False
        found = f"select {self._same} from {rows} group by {self._same} having count(*) > 1"
        return self.connection.execute(f"create or replace temp table doubled as {found}").fetchone()[0] > 0

    def _merged(self, rows: str) -> str:
        """One row for each doubled grain."""
        picks = [
            f"{AGGREGATES[rule.aggregate].replace('{v}', name)} as {name}" for name, rule in self.feed.columns.items()
        ]
        return (
            f"select {', '.join(self.keys)}, min(row_no) as row_no, arg_min(line, row_no) as line,"
            " max(base_known_at) as base_known_at, arg_min({'text': extra_json}, row_no).text as extra_json,"
            f" false as is_bad, {', '.join(picks)} from {rows} where {self._same} in (from doubled) group by {', '.join(self.keys)}"
        )

    def _rows(self, present: dict[str, str], known_at: str, where: str, absent: list[str] = ()) -> str:
        """The rows of one version as the entity has them; `present`: canonical column -> SQL over the stage."""
        entity = self.entity
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
            "extra_json": "r.extra_json",
        }
        hashed = ", ".join(f"coalesce(cast({name} as varchar), '')" for name in [*entity.columns, "is_deleted"])
        source = f"(select {', '.join(['*', *absent])} from {self.table})"
        return (
            f"select *, md5(concat_ws(chr(31), {hashed})) as record_hash from ("
            f"select {', '.join([*content, *(f'{sql} as {name}' for name, sql in meta.items())])}"
            f" from {source} as r join delivery as d using (place) where not d.is_refused and {where})"
        )


def lay_out(connection: duckdb.DuckDBPyConnection, contract: Contract, stages: list[Stage]) -> None:
    """Every entity of the contract under its own name: a view of its stages, or an empty table where it has none."""
    for name in dict.fromkeys(feed.entity for feed in contract.feeds):
        queries = [query for made in stages if made.feed.entity == name for query in made.finish()]
        if queries:
            connection.execute(f"create view {name} as {' union all by name '.join(queries)}")
        else:
            connection.execute(canonical_ddl(canonical().entities[name], name))
