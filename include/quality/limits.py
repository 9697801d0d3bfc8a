"""How far a delivery may lie from those before it: rows of rule_quality in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from include import rules
from include.settings import Settings


@dataclass(frozen=True)
class Limits:
    """rule_key -> (fewest earlier deliveries, what is allowed), strictest demand on history first."""

    found: dict[str, list[tuple[int, float]]]

    def at(self, key: str, deliveries: int) -> float | None:
        """What `key` allows with so many earlier deliveries; None: too few to judge."""
        return next((allowed for fewest, allowed in self.found[key] if fewest <= deliveries), None)

    def number(self, key: str) -> int:
        """A rule that asks for no history."""
        return int(self.found[key][-1][1])


def read(settings: Settings, as_of: date) -> Limits:
    """Limits in force on `as_of`."""
    found: dict[str, list[tuple[int, float]]] = {}
    for row in rules.in_force(settings, "rule_quality", as_of):
        found.setdefault(row["rule_key"], []).append((int(row["min_deliveries"]), float(row["allowed"])))
    return Limits({key: sorted(rows, reverse=True) for key, rows in found.items()})
