"""A small world in raw tables: say what happened, build to the causes, read what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from include import ingest, transform
from include import settings as settings_module

LAYERS = ["staging", "people", "dormancy"]
CAUSES = """
select source_id, spell_no, cause_rank, cause_code, round(probability, 2), confidence, source, evidence_ja, evidence_refs,
    is_conflicting, inferred_cause_code
from intermediate.int_cause__ranked inner join intermediate.int_identity__party using (person_id)
order by source_id, spell_no, cause_rank
"""


@dataclass(frozen=True)
class Cause:
    """One row of int_cause__ranked; probability rounded to two digits."""

    spell_no: int
    rank: int
    code: str
    probability: float
    confidence: str
    source: str
    evidence: str
    refs: str | None
    is_conflicting: bool
    inferred: str


@dataclass
class World:
    """Rows per raw entity; a row is known on its own day unless it says otherwise."""

    rows: dict[str, list[dict]] = field(default_factory=dict)

    def add(self, entity: str, known_on: str, **columns: object) -> None:
        row = {"source_system": "ec", "delivery_id": "d1", "known_at": f"{known_on} 23:59:59", **columns}
        self.rows.setdefault(entity, []).append(row)

    def order(self, person: str, day: str, **columns: object) -> str:
        key = columns.pop("order_id", f"{person}-{day}")
        row = {"status": "paid", "net_amount": 3000, "currency_code": "JPY", **columns}
        self.add("orders", row.pop("known_on", day), order_id=key, party_id=person, ordered_at=f"{day} 10:00:00", **row)
        return key

    def orders(self, person: str, *days: str, **columns: object) -> None:
        for day in days:
            self.order(person, day, **columns)

    def heard(self, person: str, day: str, reason: str | None, **columns: object) -> None:
        key = columns.pop("hearing_id", f"h-{person}-{day}")
        self.add("hearings", day, hearing_id=key, party_id=person, heard_at=f"{day} 15:00:00", reason_code=reason, **columns)

    def inquiry(self, person: str, day: str, **columns: object) -> None:
        row = {"status": "closed", "closed_at": f"{day} 18:00:00", "is_complaint": False, **columns}
        self.add("inquiries", day, inquiry_id=f"q-{person}-{day}", party_id=person, received_at=f"{day} 11:00:00", **row)

    def build(self, data_root: Path, as_of: date, **environment: str) -> Built:
        """Write the rows into an empty warehouse and build staging to value. Returns the door to the results."""
        settings = settings_module.load({"DATA_ROOT": str(data_root), **environment})
        ingest.prepare(settings)
        with duckdb.connect(str(settings.warehouse)) as connection:
            connection.execute("insert into ops.file_ledger (delivery_id, purposes) values ('d1', 'analytics,marketing')")
            for entity, rows in self.rows.items():
                for row in rows:
                    names = ", ".join(row)
                    marks = ", ".join("?" for _ in row)
                    connection.execute(f"insert into raw.{entity} ({names}) values ({marks})", list(row.values()))
        transform.prepare(settings, as_of)
        for layer in LAYERS:
            transform.build(settings, layer, as_of)
        return Built(settings)


@dataclass(frozen=True)
class Built:
    """A built warehouse."""

    settings: settings_module.Settings

    def query(self, sql: str, *parameters: object) -> list[tuple]:
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def causes(self) -> dict[str, list[Cause]]:
        """Source id -> its causes, by spell and rank."""
        found: dict[str, list[Cause]] = {}
        for name, *row in self.query(CAUSES):
            found.setdefault(name, []).append(Cause(*row))
        return found
