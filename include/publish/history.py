"""What the pipeline remembers of its own lists: an ordinary source in landing, known from the next day, no PII."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

from include.contracts import canonical
from include.files import write_atomically
from include.publish.outbox import OWN_LISTS
from include.settings import Settings

SOURCE = OWN_LISTS
ENTITY = "list_rows"
SETTLED = 0  # modification time long ago: the file is whole when it appears, so ingest need not wait for it


def columns() -> list[str]:
    """The canonical columns of the history entity, then `known_at`."""
    return [*canonical().entities[ENTITY].columns, "known_at"]


def render(rows: Sequence[dict], sha256_by_list: dict[str, str], business_date: date) -> bytes:
    """Keys of every listed and held-out party, ordered; `list_sha256` is that of the delivered file."""
    known_at = f"{business_date + timedelta(days=1)} 00:00:00"
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns(), lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in sorted(rows, key=lambda r: (r["campaign_id"], r["person_id"])):
        writer.writerow(row | {"list_sha256": sha256_by_list.get(row["list_id"]), "known_at": known_at})
    return buffer.getvalue().encode()


def path_of(settings: Settings, business_date: date) -> Path:
    return settings.landing / SOURCE / f"{SOURCE}_{business_date}.csv"


def keep(settings: Settings, known: set[date], business_date: date, data: bytes) -> Path | None:
    """Write the history unless that date's is already there; returns the path if it was written."""
    path = path_of(settings, business_date)
    if business_date in known or path.exists():
        return None
    write_atomically(path, data)
    os.utime(path, (SETTLED, SETTLED))
    return path


def known_dates(connection: duckdb.DuckDBPyConnection) -> set[date]:
    """Business dates whose history has been delivered to ingest."""
    return {
        row[0]
        for row in connection.execute(
            "select distinct business_date from ops.file_ledger where source = ?", [SOURCE]
        ).fetchall()
    }
