"""A RULES_DIR in which nothing is learned: a rhythm of 60 days, F1→F2 after 90, causes without priors, as §2.1 says; and a
category FAST whose preset is b2c_fast."""

from __future__ import annotations

import csv
from pathlib import Path

from include.settings import REPO

SHIPPED = REPO / "dbt_project" / "seeds" / "rules"
# no category ever has so many cases, so the default rows hold
NEVER = "1000000000"


def pin(folder: Path) -> Path:
    """Write the shipped tables that ask for a number of cases, asking for more than there can be."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(SHIPPED.glob("rule_*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        quick = [{**row, "source_system": "*", "category_l1": "FAST"} for row in rows if row.get("preset_code") == "b2c_fast"]
        if any([unlearn(row) for row in rows]) or quick:
            with (folder / path.name).open("w", encoding="utf-8", newline="") as handle:
                writer = csv.DictWriter(handle, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows + quick)
    return folder


def unlearn(row: dict[str, str]) -> bool:
    """Raise a row's number of cases; says whether it has one."""
    columns = [c for c in ("prior_min_n_count", "load_min_n_count", "min_party_count") if c in row]
    if row.get("limit_code") == "learned_min_count":
        columns.append("limit_value")
    if row.get("signal_code") == "market_fall":  # how the histories of others went says nothing of a persona
        columns.append("limit_count")
    row.update(dict.fromkeys(columns, NEVER))
    return bool(columns)
