"""What has been delivered before: the file ledger, as far as ingest must know it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import duckdb

from include.contracts import Contract
from include.ingest import books
from include.ingest.deliveries import Delivery


@dataclass(frozen=True)
class Entry:
    delivery_id: str
    sha256: str
    business_date: date
    state: str
    identity: tuple


@dataclass(frozen=True)
class Ledger:
    """The ledger rows of one source."""

    entries: tuple[Entry, ...]

    @cached_property
    def _dates(self) -> dict[str, list[tuple[date, bool]]]:
        """Content -> (business date, is loaded) of its ledger rows."""
        found: dict[str, list[tuple[date, bool]]] = {}
        for entry in self.entries:
            found.setdefault(entry.sha256, []).append((entry.business_date, entry.state == "loaded"))
        return found

    @cached_property
    def _contents(self) -> Counter[tuple]:
        """How many contents of each delivery were loaded."""
        return Counter(entry.identity for entry in self.entries if entry.state == "loaded")

    def first_date(self, sha256: str) -> date | None:
        """The business date under which an undated file with this content was recorded first."""
        return min((day for day, _ in self._dates.get(sha256, [])), default=None)

    def is_loaded(self, delivery: Delivery) -> bool:
        """Whether this very content is in already: an undated one ever, a dated one for its date."""
        return any(
            is_in and (day == delivery.business_date or not delivery.is_dated)
            for day, is_in in self._dates.get(delivery.sha256, [])
        )

    def parts(self, delivery: Delivery) -> set[str]:
        """The parts of the same date and mode that are in already."""
        entities, day, mode, _ = identity_of(delivery)
        return {part for e, d, m, part in self._contents if (e, d, m) == (entities, day, mode)}

    def revisions(self, delivery: Delivery) -> int:
        """How many contents of the same delivery were loaded before this new one."""
        return self._contents[identity_of(delivery)]


def identity_of(delivery: Delivery) -> tuple:
    return (delivery.entities, delivery.business_date, delivery.mode, delivery.part)


def read(connection: duckdb.DuckDBPyConnection, source: str) -> Ledger:
    rows = connection.execute(
        "select l.delivery_id, l.delivered_sha256, l.business_date, l.state, l.entities, coalesce(root.mode, l.mode), l.part"
        " from ops.file_ledger as l left join ops.file_ledger as root on l.corrects = root.delivery_id"
        " where l.source = ? order by l.delivery_id",
        [source],
    ).fetchall()
    return Ledger(tuple(Entry(i, sha, day, state, (e, day, mode, part)) for i, sha, day, state, e, mode, part in rows))


@dataclass
class Outcome:
    """What became of one delivery in this run. `loaded`, `rejected`, `superseded`: its rows, where it is not refused whole.

    `answers`: the lines of the delivery it corrects that it brings again.
    """

    delivery: Delivery
    rows_in: int = 0
    loaded: int = 0
    rejected: int = 0
    superseded: int = 0
    rule_id: str | None = None
    reason: str | None = None
    fix: str | None = None
    line: int | None = None
    column: str | None = None
    message: str | None = None
    answers: tuple[int, ...] = ()

    @property
    def is_rejected(self) -> bool:
        return self.rule_id is not None

    @property
    def rows_loaded(self) -> int:
        return 0 if self.is_rejected else self.loaded

    @property
    def rows_rejected(self) -> int:
        return self.rows_in if self.is_rejected else self.rejected

    @property
    def rows_superseded(self) -> int:
        return 0 if self.is_rejected else self.superseded


def record(connection: duckdb.DuckDBPyConnection, contract: Contract, outcome: Outcome, run_id: str) -> None:
    """Write the ledger row of one delivery, replacing an earlier refusal of the same.

    Raises `GateStop('books', …)` where its rows do not add up.
    """
    delivery = outcome.delivery
    books.hold(delivery, outcome.rows_in, outcome.rows_loaded, outcome.rows_rejected, outcome.rows_superseded)
    connection.execute("delete from ops.file_ledger where delivery_id = ?", [delivery.delivery_id])
    connection.execute(
        "insert into ops.file_ledger by name select ? as delivery_id, ? as source, ? as source_system, ? as file_name,"
        " ? as delivered_sha256, ? as stored_sha256, ? as business_date, ? as mode, ? as part, ? as delivery_sequence,"
        " ? as known_at, ? as purposes, ? as entities, ? as rows_in, ? as rows_loaded, ? as rows_rejected, ? as rows_superseded,"
        " ? as absent_fulls, ? as corrects, ? as is_dated, ? as state, ? as message, ? as run_id, ? as committed_at",
        [
            delivery.delivery_id, contract.source, contract.source_system, delivery.file_name,
            delivery.sha256, delivery.stored_sha256, delivery.business_date, delivery.mode, delivery.part, delivery.sequence,
            delivery.known_at, ",".join(contract.purposes), delivery.entities, outcome.rows_in, outcome.rows_loaded,
            outcome.rows_rejected, outcome.rows_superseded, contract.absent_fulls, delivery.corrects or None,
            delivery.is_dated, "rejected" if outcome.is_rejected else "loaded", outcome.message, run_id, datetime.now(),
        ],
    )  # fmt: skip
