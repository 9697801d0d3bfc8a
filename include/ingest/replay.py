"""The warehouse from nothing: every archived delivery is loaded again as what its slip says it was."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import fields
from datetime import date
from pathlib import Path

from include import warehouse
from include.contracts import load_contracts
from include.errors import GateStop
from include.ingest import commit, find, fixfile, limits, rejected, slips, storage, whole
from include.ingest.corrections import Correction
from include.ingest.deliveries import Delivery
from include.ingest.ledger import Outcome
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


class _FromArchive(Run):
    """A load of what has passed its gate already and lies in the archive."""

    deliveries: list[Delivery]

    def _keep(self, outcome: Outcome) -> None:
        pass

    def _tidy(self) -> None:
        days = {outcome.delivery.business_date for outcome in self.outcomes}
        rejected.regenerate(self.settings, self.contract.source, days)
        storage.discard(self.scratch)


class _Replay(_FromArchive):
    def _find(self, paths: list[Path]) -> list[Delivery]:
        return self.deliveries

    def _gate(self) -> list[tuple]:
        return []


class _ReplayedCorrection(_FromArchive, Correction):
    def _find(self, paths: list[Path]) -> list[Delivery]:
        [delivery] = self.deliveries
        return self._take(delivery, fixfile.parse(delivery.content))


def rebuild(settings: Settings, as_of: date, run_id: str) -> list[SourceResult]:
    """Make the warehouse anew from the archive, then put it in the old one's place.

    Raises `GateStop` and leaves the old warehouse when an archived file or its slip is missing, or it no longer fits its
    contract.
    """
    aside = _Aside(**{field.name: getattr(settings, field.name) for field in fields(settings)})
    with warehouse.exclusive(settings):
        _drop(aside.warehouse)
        whole.check(settings)
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
        slip = slips.read(path)
        found[slip["source"]].append(slip)
    return found


def _batches(ordered: list[Delivery]) -> list[list[Delivery]]:
    """Every correction alone, what lies between two of them together."""
    batches: list[list[Delivery]] = []
    for delivery in ordered:
        if delivery.corrects or not batches or batches[-1][0].corrects:
            batches.append([])
        batches[-1].append(delivery)
    return batches


def _replay(settings: Settings, source: str, found: list[dict], as_of: date, run_id: str) -> SourceResult:
    """Deliveries in their order; a correction after what it corrects and before what came later."""
    contract = load_contracts(settings.contracts_dirs).get(source)
    if contract is None:
        raise GateStop("rebuild", f"保管庫に {source} の納品がありますが、契約がありません。")
    numbers = limits.read(settings, as_of)
    contract = with_defaults(contract, numbers)
    result = SourceResult(source)
    ordered = sorted((slips.delivery(settings, contract, slip) for slip in found), key=find.order)
    for batch in _batches(ordered):
        kind = _ReplayedCorrection if batch[0].corrects else _Replay
        replay = kind(settings, contract, as_of, run_id, numbers)
        replay.deliveries = batch
        result.add(replay.load([]))
    return result
