"""The warehouse from nothing: every archived delivery is loaded again as what its slip says it was."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import fields
from datetime import date
from pathlib import Path

from include import warehouse
from include.contracts import load_contracts
from include.errors import GateStop
from include.ingest import commit, find, limits, rejected, storage
from include.ingest.deliveries import Delivery
from include.ingest.ledger import Outcome
from include.ingest.manifest import Manifest
from include.ingest.result import SourceResult
from include.ingest.run import Run, with_defaults
from include.settings import Settings

# what no file in the archive tells: kept from the warehouse that is replaced, where there is one
KEPT = ("run", "publication", "gate_result", "policy", "acceptance")
REFUSED = "(select delivery_id from old.ops.file_ledger where state = 'rejected')"


class _Aside(Settings):
    """The same DATA_ROOT with another warehouse file, so that a killed rebuild leaves the old one whole."""

    @property
    def warehouse(self) -> Path:
        return super().warehouse.with_name("rebuilding.duckdb")


class _Replay(Run):
    """A load whose deliveries have passed their gate already and lie in the archive."""

    deliveries: list[Delivery]

    def _find(self, paths: list[Path]) -> list[Delivery]:
        return self.deliveries

    def _gate(self) -> list[tuple]:
        return []

    def _keep(self, outcome: Outcome) -> None:
        pass

    def _tidy(self) -> None:
        days = {outcome.delivery.business_date for outcome in self.outcomes}
        rejected.regenerate(self.settings, self.contract.source, days)
        storage.discard(self.scratch)


def rebuild(settings: Settings, as_of: date, run_id: str) -> list[SourceResult]:
    """Make the warehouse anew from the archive, then put it in the old one's place.

    Raises `GateStop` and leaves the old warehouse when an archived file is missing or no longer fits its contract.
    """
    aside = _Aside(**{field.name: getattr(settings, field.name) for field in fields(settings)})
    with warehouse.exclusive(settings):
        _drop(aside.warehouse)
        commit.prepare(aside)
        _carry_over(settings, aside)
        results = [_replay(aside, source, found, as_of, run_id) for source, found in _slips(settings).items()]
        if red := [message for result in results if result.is_red for message in result.messages]:
            _drop(aside.warehouse)
            raise GateStop("rebuild", "\n".join(["倉庫は元のままです。", *red]))
        _drop(settings.warehouse.with_name(f"{settings.warehouse.name}.wal"))
        os.replace(aside.warehouse, settings.warehouse)
    return results


def _drop(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _carry_over(settings: Settings, aside: Settings) -> None:
    """Bookkeeping of runs, lists and refusals; without an old warehouse there is none."""
    if not settings.warehouse.exists():
        return
    with warehouse.writer(settings):  # an earlier version is upgraded first, and the log of a killed run taken in
        pass
    with warehouse.writer(aside) as connection:
        connection.execute(f"attach '{str(settings.warehouse).replace(chr(39), chr(39) * 2)}' as old (read_only)")
        for table in KEPT:
            connection.execute(f"insert into ops.{table} by name select * from old.ops.{table}")
        for table in ("file_ledger", "rejected_row"):
            connection.execute(
                f"insert into ops.{table} by name select * from old.ops.{table} where delivery_id in {REFUSED}"
            )


def _slips(settings: Settings) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = defaultdict(list)
    for path in sorted((settings.archive / "deliveries").rglob("*.json")):
        slip = json.loads(path.read_text(encoding="utf-8"))
        found[slip["source"]].append(slip)
    return found


def _replay(settings: Settings, source: str, slips: list[dict], as_of: date, run_id: str) -> SourceResult:
    contract = load_contracts(settings.contracts_dirs).get(source)
    if contract is None:
        raise GateStop("rebuild", f"保管庫に {source} の納品がありますが、契約がありません。")
    numbers = limits.read(settings, as_of)
    contract = with_defaults(contract, numbers)
    replay = _Replay(settings, contract, as_of, run_id, numbers)
    replay.deliveries = sorted((_delivery(settings, contract, slip) for slip in slips), key=find.order)
    return replay.load([])


def _delivery(settings: Settings, contract, slip: dict) -> Delivery:
    path = storage.archive_path(settings, slip["stored_sha256"], Path(slip["file_name"]).suffix)
    if not path.exists():
        raise GateStop("rebuild", f"保管庫に {slip['source']}/{slip['file_name']} ({slip['stored_sha256']}) がありません。")
    entities = slip["entities"].split(",")
    return Delivery(
        delivery_id=slip["delivery_id"],
        source=slip["source"],
        path=path,
        content=path,
        file_name=slip["file_name"],
        sha256=slip["delivered_sha256"],
        stored_sha256=slip["stored_sha256"],
        business_date=date.fromisoformat(slip["business_date"]),
        is_dated=slip["is_dated"],
        mode=slip["mode"],
        part=slip["part"],
        sequence=slip["sequence"],
        feeds=tuple(feed for feed in contract.feeds if feed.entity in entities),
        manifest=Manifest(),
    )
