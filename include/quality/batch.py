"""The batch gate: parsed files in a scratch DuckDB against their contract, before anything is committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from include import warehouse
from include.quality import docs
from include.quality.batch_checks import build_checks, volume_check
from include.quality.engine import BROKEN_CHECK, Outcome, gate_rows, validate
from include.settings import Settings

GATE = "batch"
DELIVERIES = "delivery"  # scratch table of this run's files: delivery_id, file_name, business_date, mode, part


@dataclass(frozen=True)
class BatchVerdict:
    """`failures`: delivery_id -> Japanese reasons; those files are set aside and the rest commits.

    `warnings` stop nothing; `results` are rows of `ops.gate_result` for the caller to record.
    """

    failures: dict[str, list[str]]
    results: list[tuple]
    warnings: list[str] = field(default_factory=list)


def check_batch(settings: Settings, contract, scratch_path: Path, as_of: date, run_id: str) -> BatchVerdict:
    """One validation of all entities of a source. Warehouse and scratch file must be closed by the caller."""
    entities = list(dict.fromkeys(feed.entity for feed in contract.feeds))
    before = _rows_before(settings, contract.source, entities)
    with warehouse.reader(settings, scratch_path) as connection:
        present = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
        entities = [entity for entity in entities if entity in present]
        modes = _modes(connection, contract, entities, DELIVERIES in present)
        fulls = [delivery for delivery, mode in modes.items() if mode == "full"]
        checks = build_checks(contract, entities, as_of)
        if fulls and contract.min_rows_ratio:
            checks += [volume_check(contract, entity, fulls, before.get(entity, [])) for entity in entities]
        outcomes, _ = validate(connection, contract.source, checks)
    docs.write(settings, as_of, GATE, contract.source, outcomes)
    return BatchVerdict(
        _failures(outcomes, list(modes)),
        gate_rows(outcomes, run_id, as_of, GATE, contract.source),
        [_sentence(o, row) for o in outcomes if not o.check.is_stop for row in o.rows],
    )


def _rows_before(settings: Settings, source: str, entities: Sequence[str]) -> dict[str, list[tuple[date, int]]]:
    """Rows of every earlier full delivery by entity: (business date, rows), all parts together."""
    if not settings.warehouse.exists():
        return {}
    with warehouse.reader(settings) as connection:
        present = {
            row[0]
            for row in connection.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
        }
        return {
            entity: connection.execute(
                f"select l.business_date, count(*) from raw.{entity} as r join ops.file_ledger as l using (delivery_id)"
                " where l.source = ? and l.mode = 'full' group by l.business_date",
                [source],
            ).fetchall()
            for entity in entities
            if entity in present
        }


def _modes(connection, contract, entities: Sequence[str], has_deliveries: bool) -> dict[str, str]:
    """delivery_id -> full or delta; the contract's word where the scratch file has no table of deliveries."""
    if has_deliveries:
        return dict(connection.execute(f"select delivery_id, mode from {DELIVERIES} order by 1").fetchall())
    union = " union ".join(f"select delivery_id from {entity}" for entity in entities)
    found = connection.execute(f"{union} order by 1").fetchall() if entities else []
    return {row[0]: contract.mode for row in found}


def _failures(outcomes: Sequence[Outcome], deliveries: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.is_success or not outcome.check.is_stop:
            continue
        # a check that cannot run, or more files than it can name: nobody passes
        is_complete = not outcome.is_broken and outcome.count == len(outcome.rows)
        rows = outcome.rows if is_complete else [{"delivery_id": delivery} for delivery in deliveries]
        for row in rows:
            found.setdefault(row["delivery_id"], []).append(_sentence(outcome, row))
    return found


def _sentence(outcome: Outcome, row: dict) -> str:
    if outcome.is_broken:
        return f"「{outcome.check.sentence}」: {BROKEN_CHECK}。{outcome.problem}"
    where = f"{row['source_file']}: " if row.get("source_file") else ""
    line = f"{row['source_row']}行目ほか " if row.get("source_row") is not None else ""
    return f"{where}「{outcome.check.sentence}」に反します: {line}{row.get('observed', '')}。"
