"""Canonical rows straight into raw, as one delivery of the source `generic`: for days that no file check has to judge."""

from __future__ import annotations

from datetime import date
from hashlib import md5

from include import ingest, warehouse
from include.settings import Settings
from tests.oracle.build import at
from tests.oracle.known import Rows


def pour(settings: Settings, parties: list[Rows], day: date) -> None:
    """The rows of all parties as the delivery of `day`."""
    ingest.prepare(settings)
    delivery, entities = f"generic-{day}", {}
    for party in parties:
        for entity, rows in party.items():
            entities.setdefault(entity, []).extend(rows)
    with warehouse.writer(settings) as connection:
        connection.begin()
        _insert(connection, "ops.file_ledger", {
            "delivery_id": delivery, "source": "generic", "source_system": "generic", "state": "loaded", "mode": "delta", "business_date": day,
            "known_at": at(day, 12), "entities": ",".join(sorted(entities)), "purposes": "analytics,marketing", "delivery_sequence": 0,
            "committed_at": at(day, 13),
        })  # fmt: skip
        for entity, rows in entities.items():
            for number, row in enumerate(rows):
                _insert(connection, f"raw.{entity}", {
                    **row, "source_system": "generic", "delivery_id": delivery, "business_date": day, "is_deleted": False,
                    "record_hash": md5(repr(sorted(row.items())).encode()).hexdigest(), "source_file": entity, "source_row": number,
                })  # fmt: skip
        connection.commit()


def _insert(connection, table: str, values: dict) -> None:
    connection.execute(f"insert into {table} ({', '.join(values)}) values ({', '.join('?' * len(values))})", list(values.values()))
