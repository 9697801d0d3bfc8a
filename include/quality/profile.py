"""What a delivery looks like, one row a column: shares, quantiles, shapes. No value of a person is kept.

Computed from a scratch database before the commit, kept in `ops.delivery_profile`, and computable again from raw.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb

from include.contracts import canonical

KINDS = {
    "money": "number", "price": "number", "ratio": "number", "integer": "number",
    "date": "date", "timestamp": "date",
    "code": "code", "boolean": "code", "prefecture": "code",
}  # fmt: skip
# values of a text column fall into this many classes by a hash that never changes: enough to know it again
CLASSES = 64
COLUMNS = (
    "delivery_id", "file_name", "source", "entity", "mode", "business_date", "column_name", "kind", "row_count",
    "seen_count", "filled_count", "low", "middle", "high", "negative_share", "length", "digit_share", "kana_share", "parts",
)  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """One column of one delivery. `low`, `middle`, `high`: quartiles of the size of numbers, or of a date's age in days.

    `seen`: rows looked at; `length`, `digit_share`, `kana_share`: shape of text; `parts`: share of each code or class.
    """

    delivery_id: str
    file_name: str
    source: str
    entity: str
    mode: str
    business_date: date
    column: str
    kind: str
    rows: int
    seen: int
    filled: int
    low: float | None = None
    middle: float | None = None
    high: float | None = None
    negative_share: float | None = None
    length: float | None = None
    digit_share: float | None = None
    kana_share: float | None = None
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def filled_share(self) -> float:
        return self.filled / self.seen if self.seen else 0.0

    def row(self) -> tuple:
        """As a row of `ops.delivery_profile`."""
        return (
            self.delivery_id, self.file_name, self.source, self.entity, self.mode, self.business_date, self.column,
            self.kind, self.rows, self.seen, self.filled, self.low, self.middle, self.high, self.negative_share,
            self.length, self.digit_share, self.kana_share, json.dumps(self.parts, sort_keys=True, ensure_ascii=False),
        )  # fmt: skip


def empty(contract, delivery_id: str, file_name: str, business_date: date, mode: str) -> Profile:
    """The mark of a delivery without rows: it was looked at."""
    return Profile(delivery_id, file_name, contract.source, "", mode, business_date, "", "", 0, 0, 0)


def columns_of(contract, entity: str) -> list[str]:
    """Columns that a file fills: neither constants nor counters of the contract, nor what follows from other columns."""
    fed = {
        name: None
        for feed in contract.feeds
        if feed.entity == entity
        for name, rule in feed.columns.items()
        if rule.const is None and not rule.row_number
    }
    columns = canonical().entities[entity].columns
    return [name for name in fed if name in columns and columns[name].type != "address_key"]


def measure(
    connection: duckdb.DuckDBPyConnection, contract, entity: str, table: str, deliveries: str, sample_rows: int
) -> list[Profile]:
    """Profiles of every delivery with rows in `table`.

    `deliveries` is a relation delivery_id, file_name, business_date, mode. A delivery larger than `sample_rows`
    is looked at through about so many of its rows, the same ones every time.
    """
    there = {column[0] for column in connection.execute(f"select * from {table} limit 0").description}
    columns = [name for name in columns_of(contract, entity) if name in there]  # the schema suite names what is not
    if not columns:
        return []
    kinds = {name: KINDS.get(canonical().entities[entity].columns[name].type, "text") for name in columns}
    pieces = " union all ".join(_piece(place, name, kinds[name]) for place, name in enumerate(columns))
    rows = " union all ".join(
        f"select delivery_id, known_at, {', '.join(columns)} from {table}"
        f" where delivery_id in ({ids}) and hash(source_row) % {step} = 0"
        for step, ids in _steps(connection, table, deliveries, sample_rows)
    )
    if not rows:
        return []
    found = connection.execute(
        f"""
        with sized as (
            select d.delivery_id, d.file_name, d.business_date, d.mode, count(*) as row_count
            from {table} as t join {deliveries} as d using (delivery_id) group by all
        ), sampled as materialized (
            select r.*, s.row_count, cast(s.business_date as timestamp) as delivered_at from ({rows}) as r join sized as s using (delivery_id)
        ), measured as ({pieces})
        select s.delivery_id, s.file_name, ?, ?, s.mode, s.business_date, m.* exclude (delivery_id, place)
        from measured as m join sized as s using (delivery_id) order by s.delivery_id, m.place
        """,
        [contract.source, entity],
    ).fetchall()
    return [Profile(*row[:-1], parts=_shares(json.loads(row[-1] or "{}"))) for row in found]


def _steps(
    connection: duckdb.DuckDBPyConnection, table: str, deliveries: str, sample_rows: int
) -> list[tuple[int, str]]:
    """(step, quoted deliveries of which one row in so many is looked at).

    Said to the engine as constants, so that it leaves the other rows out where they lie, before anything is made of them.
    """
    return connection.execute(
        f"select step, string_agg(concat(chr(39), delivery_id, chr(39)), ', ') from (select delivery_id, cast(ceil(count(*) / {sample_rows}) as bigint) as step"
        f" from {table} semi join {deliveries} using (delivery_id) group by delivery_id) group by step order by step"
    ).fetchall()


def _shares(counts: dict[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {key: round(count / total, 9) for key, count in counts.items()}


def _piece(place: int, name: str, kind: str) -> str:
    head = f"select delivery_id, {place} as place, '{name}' as column_name, '{kind}' as kind, any_value(row_count) as row_count, count(*) as seen_count, count({name}) as filled_count"
    nothing = dict.fromkeys(("low", "middle", "high", "negative_share", "length", "digit_share", "kana_share"), "null::double")
    parts, rows = "null::varchar", "sampled"
    if kind == "number":
        size = f"abs(cast({name} as double))"
        nothing |= _quartiles(size, f"filter (where {name} <> 0)")
        nothing["negative_share"] = f"avg(case when {name} < 0 then 1.0 when {name} is not null then 0.0 end)"
    if kind == "date":
        # a row known at its own event (first load of an undated file) says nothing of the delivery's day
        age = f"date_diff('hour', cast({name} as timestamp), delivered_at) / 24.0"
        nothing |= _quartiles(age, f"filter (where known_at <> cast({name} as timestamp))")
    if kind == "text":
        # the shape of each value once, however often it stands there
        nothing |= {"length": "median(size)", "digit_share": "avg(digits)", "kana_share": "avg(kana)"}
        parts = "to_json(histogram(class))::varchar"
        rows = f"""sampled left join (
            select {name}, cast(length({name}) as double) as size, {_share_of(name, "[^0-9]")} as digits,
                   {_share_of(name, "[^ァ-ヶー]")} as kana, cast(md5_number({name}) % {CLASSES} as varchar) as class
            from (select distinct {name} from sampled where {name} is not null)
        ) using ({name})"""
    if kind == "code":
        parts = f"to_json(histogram(cast({name} as varchar)))::varchar"
    measures = ", ".join(f"{sql} as {measure}" for measure, sql in nothing.items())
    return f"{head}, {measures}, {parts} as parts from {rows} group by delivery_id"


def _quartiles(value: str, where: str) -> dict[str, str]:
    return {
        name: f"quantile_cont({value}, {share}) {where}"
        for name, share in (("low", 0.25), ("middle", 0.5), ("high", 0.75))
    }


def _share_of(name: str, others: str) -> str:
    """Share of the characters that are not among `others`."""
    return f"length(regexp_replace({name}, '{others}', '', 'g')) / nullif(length({name}), 0)"
