"""One transaction: rows, refusals and ledger of good deliveries together, or nothing of them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from include import warehouse
from include.contracts import Contract, canonical
from include.ingest import ledger, resolve
from include.ingest.ledger import Outcome
from include.ingest.problems import ROW_RULES
from include.ingest.stage import canonical_ddl
from include.quality import profile_store
from include.settings import Settings


def prepare(settings: Settings) -> None:
    """Create raw.<entity> for every canonical entity, and columns that have come since."""
    with warehouse.writer(settings) as connection:
        ensure_raw(connection)


def ensure_raw(connection: duckdb.DuckDBPyConnection) -> None:
    known = canonical()
    there = set(
        connection.execute("select table_name, column_name from duckdb_columns() where schema_name = 'raw'").fetchall()
    )
    for entity in known.entities.values():
        columns = [*entity.columns.values(), *known.meta.values()]
        missing = [column for column in columns if (entity.name, column.name) not in there]
        if len(missing) == len(columns):
            connection.execute(canonical_ddl(entity, f"raw.{entity.name}"))
            continue
        for column in missing:
            connection.execute(f"alter table raw.{entity.name} add column {column.name} {known.sql_type(column)}")


def commit(
    settings: Settings, contract: Contract, scratch: Path, outcomes: list[Outcome], gate_results: list[tuple], run_id: str
) -> None:
    """Append the rows of the loaded deliveries and record every delivery."""
    with warehouse.writer(settings) as connection:
        ensure_raw(connection)
        connection.execute(f"attach '{str(scratch).replace(chr(39), chr(39) * 2)}' as scratch (read_only)")
        connection.begin()
        _append(connection, contract, [o.delivery.delivery_id for o in outcomes if not o.is_rejected])
        ids = [outcome.delivery.delivery_id for outcome in outcomes]
        connection.execute("delete from ops.rejected_row where list_contains(?, delivery_id)", [ids])
        _refusals(connection, contract.source, ids)
        for outcome in outcomes:
            ledger.record(connection, contract, outcome, run_id)
            if outcome.is_rejected:
                refuse_file(connection, contract.source, outcome)
            resolve.resolve(connection, outcome)
        profile_store.keep(connection)
        if gate_results:
            connection.executemany("insert into ops.gate_result values (?, ?, ?, ?, ?, ?, ?, ?, ?)", gate_results)
        connection.commit()
        connection.execute("detach scratch")


def _append(connection: duckdb.DuckDBPyConnection, contract: Contract, ids: list[str]) -> None:
    for entity in dict.fromkeys(feed.entity for feed in contract.feeds):
        connection.execute(
            f"insert into raw.{entity} by name select * from scratch.{entity} where list_contains(?, delivery_id)", [ids]
        )


def _refusals(connection: duckdb.DuckDBPyConnection, source: str, ids: list[str]) -> None:
    rules = [(rule, reason, fix) for rule, (reason, fix) in ROW_RULES.items()]
    values = ", ".join("(?, ?, ?)" for _ in rules)
    connection.execute(
        "insert into ops.rejected_row by name select d.delivery_id, ? as source, d.file_name as source_file,"
        " b.line as source_row, b.header as column_name, b.masked as value_masked, b.rule_id, r.reason as reason_ja,"
        " r.fix as fix_ja, 'open' as state from scratch.refusal as b join scratch.delivery as d using (place)"
        f" join (values {values}) as r(rule_id, reason, fix) on b.rule_id = r.rule_id"
        " where list_contains(?, d.delivery_id)",
        [source, *(cell for rule in rules for cell in rule), ids],
    )


def refuse_file(connection: duckdb.DuckDBPyConnection, source: str, outcome: Outcome) -> None:
    """The file's own line among the refusals."""
    delivery = outcome.delivery
    connection.execute(
        "insert into ops.rejected_row by name select ? as delivery_id, ? as source, ? as source_file, ? as source_row,"
        " ? as column_name, ? as rule_id, ? as reason_ja, ? as fix_ja, 'open' as state",
        [
            delivery.delivery_id, source, delivery.file_name, outcome.line, outcome.column,
            outcome.rule_id, outcome.reason, outcome.fix,
        ],
    )  # fmt: skip
