"""The business numbers of ingest, read from rule_ingest on the run's date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from include import rules
from include.settings import Settings


@dataclass(frozen=True)
class Limits:
    """Seconds a file must stand still, tolerated shares, days an event may lie after it was known, fulls without a row that delete it."""

    settle_seconds: float
    max_bad_ratio: float
    min_rows_ratio: float
    future_days: int
    absent_fulls: int


def read(settings: Settings, as_of: date) -> Limits:
    found = {row["rule_key"]: float(row["value"]) for row in rules.in_force(settings, "rule_ingest", as_of)}
    return Limits(
        found["settle_seconds"],
        found["max_bad_ratio"],
        found["min_rows_ratio"],
        int(found["future_days"]),
        int(found["absent_fulls"]),
    )
