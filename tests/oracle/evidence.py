"""What may be evidence of one dormancy spell: the days that matter of §3 and the windows of `rule_cause` around them."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from include.settings import REPO
from tests.oracle.accounts import Account, Lead
from tests.oracle.buyers import Buyer
from tests.oracle.calendar import latest
from tests.oracle.causes import AFTER_DORMANT, Signal, expected_on
from tests.oracle.known import Known, Order, Rows, day_of, newest
from tests.oracle.reading import Spell
from tests.oracle.rules import Rules

RULE_FILE = REPO / "dbt_project" / "seeds" / "rules" / "rule_cause.csv"
NO_ANSWER = (None, "", "UNKNOWN")


def rules_of_causes() -> dict[str, list[dict]]:
    """signal_code -> its rows (one per cause)."""
    found = defaultdict(list)
    with RULE_FILE.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found[row["signal_code"]].append(row)
    return found


RULES = rules_of_causes()


@dataclass
class Evidence:
    """One spell, and what may count as evidence of it."""

    rows: Rows
    known: Known
    spell: Spell
    next_order_on: date | None

    # -- the days that matter

    @cached_property
    def buyer(self) -> Buyer | None:
        """The facts before the spell; none of an account, of who never bought."""
        if self.known.is_account:
            return None
        found = Buyer(self.known, self.spell.dormant_on, Rules())
        return found if found.dates else None

    @cached_property
    def orders(self) -> list[Order]:
        """The valid orders before the spell."""
        return [o for o in self.known.orders if o.on < self.spell.dormant_on]

    @cached_property
    def gaps(self) -> list[int]:
        days = sorted({o.on for o in self.orders})
        return [(b - a).days for a, b in zip(days, days[1:])]

    @cached_property
    def last(self) -> date:
        """The last order; of an account or a never-buyer the day their clock stood at."""
        if self.buyer:
            return self.buyer.all_orders[-1].on
        if self.spell.deciding_rule in ("D7", "D8"):
            account = Account(self.known, self.spell.dormant_on - timedelta(days=1), Rules())
            opened = [d["opened_on"] for d in account.open_deals()] if self.spell.deciding_rule == "D7" else []
            return latest(*account.contacts, *account.events, *opened)
        return Lead(self.known, self.spell.dormant_on - timedelta(days=1), Rules()).clock

    @cached_property
    def t0(self) -> date:
        return expected_on(self.last, self.buyer.g if self.buyer else None)

    @cached_property
    def hearings(self) -> list[dict]:
        """Answers that speak of this silence, the day of the return included; an operator's first, then the newest."""
        woken = min((d for d in (self.spell.end_on if not self.has_left else None, self.next_order_on) if d), default=date.max)
        found = [h for h in self.known.hearings if self.last < day_of(h["heard_at"]) <= woken]
        found = [h for h in found if h.get("reason_code") not in NO_ANSWER]
        return sorted(found, key=lambda h: ((h.get("channel") or "call") == "call", h["heard_at"], h["hearing_id"]), reverse=True)

    @property
    def has_left(self) -> bool:
        return self.spell.end_type in ("churned", "blocked")

    @cached_property
    def known_until(self) -> date:
        """The last day of evidence: before the 30th day of dormancy, before the first hearing, not after the return."""
        heard = min((day_of(h["heard_at"]) for h in self.hearings), default=date.max)
        ends = [self.spell.dormant_on + timedelta(days=AFTER_DORMANT), heard]
        return min(min(ends) - timedelta(days=1), self.spell.end_on or date.max, self.known.as_of)

    def lies_in_window(self, signal_code: str, day: date) -> bool:
        """From `before_days` before its anchor to `after_days` after t0."""
        row = RULES[signal_code][0]
        first = (self.last if row["window_anchor"] == "last" else self.t0) - timedelta(days=int(row["before_days"]))
        return first <= day <= self.t0 + timedelta(days=int(row["after_days"])) and day <= self.known_until

    # -- signals as such

    def signal(self, signal_code: str, on: date | None = None, intensity: float = 1.0, cause: str | None = None) -> Signal:
        row = next(r for r in RULES[signal_code] if cause in (None, r["cause_code"]))
        return Signal(row["cause_code"], row["strength_code"], intensity, on, row["family_code"])

    def dated(self, signal_code: str, days: list[date | None], **how) -> list[Signal]:
        """A signal for each of the days that lies in the window."""
        return [self.signal(signal_code, d, **how) for d in days if d is not None and self.lies_in_window(signal_code, d)]

    def newest(self, entity: str) -> list[dict]:
        return newest(self.rows, entity, self.known.as_of)
