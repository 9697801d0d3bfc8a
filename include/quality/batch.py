"""The batch gate: parsed files in a scratch DuckDB against their contract, before anything is committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from include import rules, warehouse
from include.quality import docs, drift, limits, profile, profile_store, volume
from include.quality.batch_checks import build_checks
from include.quality.engine import BROKEN_CHECK, Outcome, gate_rows, validate
from include.settings import Settings

GATE = "batch"


@dataclass(frozen=True)
class BatchVerdict:
    """`failures`: delivery_id -> Japanese reasons; those files are set aside and the rest commits.

    `warnings` stop nothing; `results` are rows of `ops.gate_result` for the caller to record.
    """

    failures: dict[str, list[str]]
    results: list[tuple]
    warnings: list[str] = field(default_factory=list)


def check_batch(settings: Settings, contract, scratch_path: Path, as_of: date, run_id: str) -> BatchVerdict:
    """One validation of all entities of a source on its scratch database, whose table `delivery` names the files.

    Warehouse and scratch file must be closed by the caller.
    """
    entities = list(dict.fromkeys(feed.entity for feed in contract.feeds))
    allowed = limits.read(settings, as_of)
    profile_store.complete(settings, contract, entities, allowed.number("sample_rows"))
    before, newest = _in_already(settings, contract.source, entities)
    _compare(settings, contract, entities, scratch_path, allowed)
    with warehouse.reader(settings, scratch_path) as connection:
        checks = build_checks(contract, entities, as_of, _future_days(settings, as_of), newest)
        for entity in entities:
            now = _fulls_now(connection, contract, entity)
            check = volume.volume_check(entity, contract.min_rows_ratio or 0, before.get(entity, []), now)
            checks += [check] if check else []
        checks += drift.checks(entities)
        outcomes = validate(connection, contract.source, checks)
        deliveries = [
            row[0] for row in connection.execute("select delivery_id from delivery order by 1").fetchall()
        ]
    docs.write(settings, as_of, GATE, contract.source, outcomes)
    return BatchVerdict(
        _failures(outcomes, deliveries),
        gate_rows(outcomes, run_id, as_of, GATE, contract.source),
        [_sentence(o, row) for o in outcomes if o.verdict == "warned" for row in o.rows],
    )


def _compare(settings: Settings, contract, entities: Sequence[str], scratch_path: Path, allowed: limits.Limits) -> None:
    """Put into the scratch database what its deliveries look like, and where they differ from those before."""
    sample_rows = allowed.number("sample_rows")
    with warehouse.reader(settings, scratch_path) as connection:
        listed = "(select delivery_id, file_name, business_date, mode from delivery)"
        here = connection.execute(f"select * from {listed} order by business_date, delivery_id").fetchall()
        now = [
            found
            for entity in entities
            for found in profile.measure(connection, contract, entity, entity, listed, sample_rows)
        ]
    if not here:
        return
    days = (here[0][2], here[-1][2])
    before = profile_store.before(settings, contract, days, allowed.number("window_deliveries"))
    verdicts = drift.judge(now, before, allowed, _accepted(settings, contract.source))
    profile_store.put(settings, scratch_path, [*now, *profile_store.marks(contract, here, now)], verdicts)


def _accepted(settings: Settings, source: str) -> list[str]:
    """Deliveries that somebody let in against the gate's word."""
    if not settings.warehouse.exists():
        return []
    with warehouse.reader(settings) as connection:
        found = connection.execute("select distinct delivery_id from ops.acceptance where source = ?", [source]).fetchall()
    return [row[0] for row in found]


def _future_days(settings: Settings, as_of: date) -> int:
    found = {row["rule_key"]: row["value"] for row in rules.in_force(settings, "rule_ingest", as_of)}
    return int(found["future_days"])


def _in_already(
    settings: Settings, source: str, entities: Sequence[str]
) -> tuple[dict[str, list[volume.Full]], date | None]:
    """The full deliveries of each entity, and the latest business date of the source."""
    if not settings.warehouse.exists():
        return {}, None
    with warehouse.reader(settings) as connection:
        [newest] = connection.execute(
            "select max(business_date) from ops.file_ledger where source = ? and state = 'loaded'", [source]
        ).fetchone()
        return {
            entity: volume.full_deliveries(connection, volume.BEFORE, entity, source) for entity in entities
        }, newest


def _fulls_now(connection, contract, entity: str) -> list[volume.Full]:
    """A file without rows counts where its name says that it carries the entity."""
    feeds = [feed for feed in contract.feeds if feed.entity == entity]
    return [
        full
        for full in volume.full_deliveries(connection, volume.NOW, entity)
        if full.rows or any(feed.takes(full.file_name, None) for feed in feeds)
    ]


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
