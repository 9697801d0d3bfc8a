"""Where profiles live: `ops.delivery_profile`, one row a delivery and column, made again from raw where it is missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from include import warehouse
from include.quality import drift, profile
from include.quality.drift import Verdict
from include.quality.profile import Profile
from include.settings import Settings

LOADED = "(select delivery_id, file_name, business_date, mode from ops.file_ledger where source = '{source}' and state = 'loaded' {only})"
# the deliveries nearest in time on both sides of what arrives now: a reading that does not grow with history
NEAR = """
    with dated as (
        select distinct delivery_id, entity, mode, business_date from ops.delivery_profile where source = ? and entity <> ''
    ), ranked as (
        select *, row_number() over (partition by entity, mode, business_date <= ? order by business_date desc, delivery_id) as back,
               row_number() over (partition by entity, mode, business_date > ? order by business_date, delivery_id) as ahead
        from dated
    ), near as (
        select * from ranked where (business_date <= ? and back <= ?) or (business_date > ? and ahead <= ?)
            or business_date between ? and ?
    )
    select {columns} from ops.delivery_profile as p join near as n using (delivery_id, entity)
    order by p.business_date, p.delivery_id, p.entity, p.column_name
"""


def complete(settings: Settings, contract, entities: Sequence[str], sample_rows: int) -> None:
    """Make the profiles of loaded deliveries that have none (of an earlier release, of a rebuild), from raw, once."""
    if not settings.warehouse.exists():
        return
    with warehouse.reader(settings) as connection:
        missing = _missing(connection, contract, entities, sample_rows)
    if missing:
        with warehouse.writer(settings) as connection:
            connection.register("rows_now", _arrow(profile.COLUMNS, [p.row() for p in missing]))
            connection.execute("insert into ops.delivery_profile by name select * from rows_now")
            connection.unregister("rows_now")


def before(settings: Settings, contract, days: tuple[date, date], window: int) -> list[Profile]:
    """Profiles of loaded deliveries around `days` (first, last)."""
    if not settings.warehouse.exists():
        return []
    first, last = days
    columns = ", ".join(f"p.{name}" for name in profile.COLUMNS)
    parameters = [contract.source, first, last, first, window, last, window, first, last]
    with warehouse.reader(settings) as connection:
        found = connection.execute(NEAR.format(columns=columns), parameters).fetchall()
    return [Profile(*row[:-1], parts=json.loads(row[-1])) for row in found]


def _missing(connection: duckdb.DuckDBPyConnection, contract, entities: Sequence[str], sample_rows: int) -> list[Profile]:
    only = "and delivery_id not in (select delivery_id from ops.delivery_profile)"
    loaded = LOADED.format(source=contract.source, only=only)
    deliveries = connection.execute(f"select * from {loaded} order by 1").fetchall()
    if not deliveries:
        return []
    found = [
        p for entity in entities for p in profile.measure(connection, contract, entity, f"raw.{entity}", loaded, sample_rows)
    ]
    return found + marks(contract, deliveries, found)


def marks(contract, deliveries: Sequence[tuple], found: Sequence[Profile]) -> list[Profile]:
    """A mark for each delivery that has no profile because it has no rows."""
    seen = {p.delivery_id for p in found}
    return [profile.empty(contract, *delivery) for delivery in deliveries if delivery[0] not in seen]


def put(settings: Settings, scratch: Path, profiles: Sequence[Profile], verdicts: Sequence[Verdict]) -> None:
    """Lay profiles (for the commit) and verdicts (for the checks) into the scratch database."""
    tables = {
        "delivery_profile": _arrow(profile.COLUMNS, [p.row() for p in profiles]),
        "finding": _arrow(drift.COLUMNS, [v.row() for v in verdicts]),
    }
    with warehouse.writer(settings, scratch) as connection:
        for name, table in tables.items():
            connection.register("rows_now", table)
            connection.execute(f"create or replace table {name} as select * from rows_now")
            connection.unregister("rows_now")


def _arrow(names: Sequence[str], rows: Sequence[tuple]) -> pa.Table:
    return pa.table({name: pa.array([row[place] for row in rows]) for place, name in enumerate(names)})


def keep(connection: duckdb.DuckDBPyConnection) -> None:
    """Within the commit: copy the profiles of loaded deliveries from the attached database `scratch`."""
    there = "select count(*) from duckdb_tables() where database_name = 'scratch' and table_name = 'delivery_profile'"
    if not connection.execute(there).fetchone()[0]:
        return
    loaded = "delivery_id in (select delivery_id from ops.file_ledger where state = 'loaded')"
    connection.execute(
        "delete from ops.delivery_profile where delivery_id in (select delivery_id from scratch.delivery_profile)"
    )
    connection.execute(f"insert into ops.delivery_profile by name select * from scratch.delivery_profile where {loaded}")
