"""How long snapshots, delivered lists, evidence and scratch files stay (rule_retention)."""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from pathlib import Path

from include import rules
from include.files import remove
from include.settings import Settings

RULE = "rule_retention"
SECONDS_A_DAY = 86400

# what carries its business date in its name, by area of the rule table
DATED = {
    "serving": lambda s: s.serving.glob("*-*-*"),
    "outbox": lambda s: s.outbox.glob("[!.]*/*-*-*"),
    "report": lambda s: [*s.report.glob("*-*-*.html"), *s.report.glob("backtest/*-*-*")],
    "data_docs": lambda s: s.data_docs.glob("*-*-*"),
}
# what does not: aged by the time it was last written
UNDATED = {
    "work": lambda s: s.work.glob("*"),
    "logs": lambda s: (s.airflow_home / "logs").rglob("*.log"),
}


def sweep(settings: Settings, as_of: date) -> list[Path]:
    """Remove what is older than its area's `keep_days`, counted from `as_of` but never from a future day."""
    keep = {row["area"]: int(row["keep_days"]) for row in rules.in_force(settings, RULE, as_of)}
    counted_from = min(as_of, date.today())
    gone = [
        path
        for area, paths in DATED.items()
        if area in keep
        for path in sorted(paths(settings))
        if (day := _date_in(path)) and day < counted_from - timedelta(days=keep[area])
    ]
    gone += [
        path
        for area, paths in UNDATED.items()
        if area in keep
        for path in sorted(paths(settings))
        if os.lstat(path).st_mtime < time.time() - keep[area] * SECONDS_A_DAY
    ]
    for path in gone:
        remove(path)
    return gone


def _date_in(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None
