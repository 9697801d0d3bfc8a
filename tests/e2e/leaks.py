"""A house whose facts became known day by day, and the same house with everything after one day spoilt."""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from pathlib import Path

import duckdb

from include.contracts import canonical
from include.settings import Settings

# dated by a day that may be planned ahead: known is what counts (decisions: the history of our own lists)
PLANNED = {"list_rows"}
# what a spoilt cell becomes, by canonical type; keys, codes and the dates that make a row a later one stay readable
SPOILT = {
    "money": '"{0}" * 7 + 1', "price": '"{0}" * 7 + 1', "ratio": '"{0}" / 2', "integer": '"{0}" + 3',
    "boolean": 'not "{0}"', "text": '"{0}" || \'-spoilt\'', "name": '"{0}" || \'乱\'', "kana": '"{0}" || \'ラン\'',
    "email": '\'x-\' || "{0}"', "phone": 'reverse("{0}")', "postal": 'reverse("{0}")', "prefecture": 'reverse("{0}")',
}  # fmt: skip


def know_day_by_day(warehouse: Path, lists: Path) -> None:
    """Every row becomes known on the day of its event, as a first load unfolds it; our own lists are half old, half new."""
    with duckdb.connect(str(warehouse)) as connection:
        for name, entity in canonical().entities.items():
            known = f"cast(cast({entity.event} as date) as timestamp) + interval 23 hour" if entity.event else "null"
            connection.execute(f"update raw.{name} set known_at = coalesce({known}, timestamp '2020-01-01')")
        connection.execute(
            "update raw.order_lines as lines set known_at = orders.known_at from raw.orders as orders"
            " where orders.order_id = lines.order_id and orders.source_system = lines.source_system"
        )
        connection.execute("update ops.file_ledger set known_at = timestamp '2020-01-01'")
        header = lists.read_text(encoding="utf-8").splitlines()[0].split(",")
        with lists.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        for place, row in enumerate(rows):
            month, day = ("2024-06", "2024-06-10") if place % 2 else ("2024-07", "2024-07-10")
            moved = {key: (value or "").replace("2024-10-01", day).replace("2024-10", month) for key, value in row.items()}
            moved["known_at"] = f"{day} 23:00:00"
            connection.execute(
                f"insert into raw.list_rows ({', '.join(header)}, source_system, source_file, source_row, delivery_id)"
                f" values ({', '.join('?' for _ in header)}, 'okoshi', 'lists.csv', ?, 'lists')",
                [*(moved[key] or None for key in header), place],
            )


def spoil_after(warehouse: Path, day: date) -> dict[str, int]:
    """Change, delete and add among the rows whose event or known_at lies after `day`. Returns rows touched by table."""
    touched = {}
    with duckdb.connect(str(warehouse)) as connection:
        for name, entity in canonical().entities.items():
            later = _later(entity, day)
            [touched[name]] = connection.execute(f"select count(*) from raw.{name} where {later}").fetchone()
            lot = "hash(source_file, source_row, known_at) % 3"
            connection.execute(
                f"create or replace temp table added as select * replace ({_replaced(entity)}) from raw.{name}"
                f" where {later} and {lot} = 0"
            )
            connection.execute(f"delete from raw.{name} where {later} and {lot} = 1")
            connection.execute(f"update raw.{name} set {_changed(entity)} where {later} and {lot} = 2")
            connection.execute(f"insert into raw.{name} by name from added")
            # news that comes after the day about what happened before it, and what is announced before it happens
            if entity.event and name not in PLANNED:
                early = f"timestamp '{day}' - interval 5 day"
                connection.execute(
                    f"insert into raw.{name} by name select * replace ({_replaced(entity, 'late')},"
                    f" cast({early} as {_type(entity)}) as {entity.event}, timestamp '{day}' + interval 49 hour as known_at)"
                    f" from raw.{name} using sample 20 rows (reservoir, 7)"
                )
                for key in ([], [_replaced(entity, "early")]):
                    cells = [
                        *key, f"cast(timestamp '{day}' + interval 3 day as {_type(entity)}) as {entity.event}",
                        f"timestamp '{day}' - interval 1 hour as known_at", "coalesce(delivery_sequence, 0) + 1 as delivery_sequence",
                    ]  # fmt: skip
                    connection.execute(
                        f"insert into raw.{name} by name select * replace ({', '.join(cells)}) from raw.{name}"
                        f" where not ({later}) using sample 20 rows (reservoir, 7)"
                    )
        connection.execute(
            "insert into ops.file_ledger by name select * replace (delivery_id || '-later' as delivery_id,"
            f" 'analytics' as purposes, timestamp '{day}' + interval 30 hour as known_at, date '{day}' + 1 as business_date,"
            " 1 as absent_fulls) from ops.file_ledger"
        )
    return touched


def _later(entity, day: date) -> str:
    after = f"known_at >= timestamp '{day}' + interval 1 day"
    if entity.event is None or entity.name in PLANNED:
        return f"({after})"
    return f"({after} or coalesce(cast({entity.event} as date) > date '{day}', false))"


def _type(entity) -> str:
    return canonical().types[entity.columns[entity.event].type]


def _changed(entity) -> str:
    """Assignments that spoil every cell that may be spoilt, and take the row away where it stays the newest."""
    cells = {
        column.name: SPOILT[column.type].format(column.name)
        for column in entity.columns.values()
        if column.type in SPOILT and column.name not in (*entity.key, entity.event)
    }
    return ", ".join(f'"{name}" = {cell}' for name, cell in {**cells, "is_deleted": "not coalesce(is_deleted, false)"}.items())


def _replaced(entity, suffix: str = "added") -> str:
    """A new row under a new key, all ids of the row kept otherwise."""
    ids = [name for name in entity.key if entity.columns[name].type == "id" and name != "party_id"]
    cells = [f"\"{name}\" || '-{suffix}' as \"{name}\"" for name in ids] or ["coalesce(source_row, 0) + 1000000 as source_row"]
    return ", ".join(cells)


def relations(settings: Settings, schemas: tuple[str, ...]) -> dict[str, tuple[int, str]]:
    """Relation -> (rows, hash of all rows in a full order)."""
    found = {}
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name in ? order by all", [list(schemas)]
        ).fetchall()
        for schema, name in names:
            rows = connection.execute(f'select * from "{schema}"."{name}" order by all').fetchall()
            found[f"{schema}.{name}"] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return found
