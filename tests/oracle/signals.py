"""The signals of §3 in one party's rows, read without haste: what a spell's evidence is, from the text and the rows of `rule_cause`.

`told(rows, as_of)` gives the causes of every dormancy spell as the models' table of ranked causes has them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from statistics import median

from include.settings import REPO
from tests.oracle.accounts import Account, Lead
from tests.oracle.buyers import Buyer, amount_fell
from tests.oracle.calendar import latest
from tests.oracle.causes import AFTER_DORMANT, STRENGTH, Cause, Signal, expected_on, is_abrupt, rank
from tests.oracle.known import Known, Order, Rows, day_of, know, newest
from tests.oracle.reading import Spell, read
from tests.oracle.rules import Rules

RULE_FILE = REPO / "dbt_project" / "seeds" / "rules" / "rule_cause.csv"
STOP_CAUSES = {"OUT_OF_AREA": "CHG_LIFE"}
NO_ANSWER = (None, "", "UNKNOWN")


def rules_of_causes() -> dict[str, list[dict]]:
    """signal_code -> its rows (one per cause)."""
    found = defaultdict(list)
    with RULE_FILE.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found[row["signal_code"]].append(row)
    return found


RULES = rules_of_causes()


@dataclass(frozen=True)
class Told:
    """One row of the ranked causes; probability to two digits."""

    dormant_on: date
    rank: int
    code: str
    source: str
    probability: float
    confidence: str
    inferred: str


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

    # -- the signals

    def signal(self, signal_code: str, on: date | None = None, intensity: float = 1.0, cause: str | None = None) -> Signal:
        row = next(r for r in RULES[signal_code] if cause in (None, r["cause_code"]))
        return Signal(row["cause_code"], row["strength_code"], intensity, on, row["family_code"])

    def dated(self, signal_code: str, days: list[date | None], **how) -> list[Signal]:
        """A signal for each of the days that lies in the window."""
        return [self.signal(signal_code, d, **how) for d in days if d is not None and self.lies_in_window(signal_code, d)]

    def newest(self, entity: str) -> list[dict]:
        return newest(self.rows, entity, self.known.as_of)

    def cases(self) -> list[Signal]:
        """A grave complaint, or a case that was not solved; a score given on any other case."""
        found, scores = [], []
        for case in self.newest("inquiries"):
            received, closed = day_of(case["received_at"]), day_of(case.get("closed_at"))
            severity = case.get("severity") if case.get("severity") is not None else 2
            if case.get("is_complaint") and severity >= 2:
                found += self.dated("complaint", [received], intensity=min(severity / 3, 1))
                continue
            scores.append((received, case))
            # a reopened case is an open one
            closed = None if (case.get("reopened_count") or 0) >= 1 else closed
            open_days = (min(closed or date.max, self.known_until) - received).days
            if open_days > 7 and (closed is None or closed > self.t0):
                found += self.dated("unresolved", [received])
        return found + self.scores(scores)

    def scores(self, cases: list[tuple[date, dict]]) -> list[Signal]:
        found, before = [], None
        for received, case in sorted(cases, key=lambda c: c[0]):
            nps, csat = case.get("nps"), case.get("csat")
            found += self.dated("low_nps", [received]) if nps is not None and nps <= 6 else []
            found += self.dated("low_csat", [received]) if csat is not None and csat <= 2 else []
            if nps is not None:
                found += self.dated("score_drop", [received]) if before is not None and before - nps >= 3 else []
                before = nps
        return found

    def returns(self) -> list[Signal]:
        """The last order partly returned, or a later one wholly."""
        since = self.orders[-1].on if self.orders else date.min
        void = [o for o in self.newest("orders") if o["status"] == "returned" and day_of(o["ordered_at"]) >= since]
        kept = {o.order_id for o in self.orders if o.on == since}
        back = any(li["order_id"] in kept and (li.get("returned_qty") or 0) > 0 for li in self.newest("order_lines"))
        return self.dated("returned", [*[day_of(o["returned_at"]) for o in void], *([since] if back else [])])

    def reasons(self) -> list[Signal]:
        """What somebody said on leaving a 定期 or a contract: strength A under any cause."""
        events = [e for e in self.newest("subscription_events") if e["type"] == "cancel"]
        said = {(e["subscription_id"], day_of(e["event_at"])): e.get("reason_code") for e in events}
        for row in [*self.newest("subscriptions"), *([self.known.account] if self.known.account else [])]:
            day = row.get("cancelled_on") or row.get("contract_end_on")
            if row.get("cancel_reason_code"):  # what the course itself says goes before its event of that day
                said[row.get("subscription_id"), day] = row["cancel_reason_code"]
        said = [(day, code) for (_, day), code in said.items() if code not in NO_ANSWER and day is not None and day <= self.known.as_of]
        return [s for day, code in said for s in self.dated("stated_cancel", [day], cause=code)]

    def course_events(self) -> list[Signal]:
        events = self.newest("subscription_events")
        skips = sorted({day_of(e["event_at"]) for e in events if e["type"] == "skip"})
        skips = [d for d in skips if self.lies_in_window("skipped", d)]
        found = self.dated("skipped", skips[-1:]) if len(skips) >= 2 else []
        return found + self.dated("payment_failed", [day_of(e["event_at"]) for e in events if e["type"] == "payment_failed"])

    def life(self) -> list[Signal]:
        declared = {True: "life_declared", False: "life_inferred"}
        events = self.newest("life_events")
        found = [s for e in events for s in self.dated(declared[e["source"] != "address_change"], [e["occurred_on"]])]
        versions = sorted(self.rows.get("customers", []), key=lambda r: r["known_at"])
        versions = [v for v in versions if v["known_at"].date() <= self.known.as_of and v.get("prefecture_code")]
        moves = [b["known_at"].date() for a, b in zip(versions, versions[1:]) if a["prefecture_code"] != b["prefecture_code"]]
        return found + self.dated("moved", moves)

    def messages(self) -> list[Signal]:
        left = [day_of(c["consented_at"]) for c in self.newest("consents") if c["action"] == "withdraw"]
        left += [day_of(r["responded_at"]) for r in self.newest("responses") if r["type"] == "unsubscribe"]
        return self.dated("unsubscribed", left)

    def deals(self) -> list[Signal]:
        found = []
        for deal in self.known.deals:
            closed, day = deal.get("closed_on"), deal.get("closed_on") or deal["opened_on"]
            if closed and deal.get("lost_reason_code") == "CHG_BUDGET":
                found += self.dated("lost_budget", [closed])
            is_contested = deal.get("competitor_id") or deal.get("lost_reason_code") == "EXT_COMPETITOR"
            if is_contested and deal.get("result") != "won":
                found += self.dated("competitor_deal", [day])
            # then silence: the deal is still open when the party falls asleep
            is_open = deal["opened_on"] <= self.spell.dormant_on and (closed is None or closed > self.spell.dormant_on)
            if is_open and (deal.get("reschedule_count") or 0) >= 1:
                found += self.dated("rescheduled", [self.last])
        return found

    def contacts(self) -> list[Signal]:
        return self.dated("contact_left", [day_of(c.get("left_at")) for c in self.newest("contacts")])

    def favourites(self) -> list[Signal]:
        """Products of the last year of orders that ended before the next purchase; as strong as they were usual."""
        days = defaultdict(set)
        for order in self.orders:
            if order.on > self.orders[-1].on - timedelta(days=365):
                for product_id in {line[0] for line in order.lines}:
                    days[product_id].add(order.on)
        ended = {p["product_id"]: p.get("discontinued_on") for p in self.newest("products") if p["product_id"] in days}
        ended = {p: d if isinstance(d, date) else date.fromisoformat(d) for p, d in ended.items() if d}
        every = len({d for found in days.values() for d in found})
        return [s for p, d in ended.items() for s in self.dated("discontinued", [d], intensity=len(days[p]) / every)]

    def patterns(self) -> list[Signal]:
        """What the orders before the silence say; no day of its own, so no decay."""
        orders, found = self.orders, []
        discounted = {o["order_id"] for o in self.newest("orders") if (o.get("discount_amount") or 0) > 0}
        if len(orders) >= 3 and sum(o.order_id in discounted for o in orders) / len(orders) >= 0.8:
            found.append(self.signal("discount_only"))
        if amount_fell(orders, Rules()):
            found.append(self.signal("amount_fall"))
        if self.spell.deciding_rule == "SEASONAL":
            found.append(self.signal("season_missed"))
        return found

    def forgotten(self, others: list[Signal]) -> list[Signal]:
        """Assumed only where dissatisfaction, an event or a stated reason says nothing else."""
        if not self.orders or any(s.code.startswith("DIS_") or s.strength in "AB" for s in others):
            return []
        gaps = self.gaps[-3:]
        if len(gaps) == 3 and all(later >= 1.2 * before for before, later in zip(gaps, gaps[1:])):
            return [self.signal("fading")]
        looked = [day_of(r["responded_at"]) for r in self.newest("responses") if r["type"] in ("open", "click")]
        since = self.spell.dormant_on - timedelta(days=90)
        is_silent = not any(since <= d < self.spell.dormant_on for d in looked)
        return [self.signal("first_only")] if not self.gaps and is_silent else []

    # -- the combination

    def inferred(self) -> list[Cause]:
        parts = (self.cases, self.returns, self.reasons, self.course_events, self.life, self.messages, self.deals, self.contacts, self.favourites, self.patterns)
        found = [s for part in parts for s in part()]
        found += self.forgotten(found)
        gaps = self.gaps
        abrupt = bool(gaps) and is_abrupt(gaps, (self.spell.dormant_on - self.last).days, median(gaps))
        return rank(found, self.t0, self.spell.dormant_on, abrupt)

    def told(self) -> list[Told]:
        causes = self.inferred()
        first = causes[0].code
        said = STOP_CAUSES.get(code := self.hearings[0]["reason_code"], code) if self.hearings else None
        found = []
        if said:
            source = "heard" if (self.hearings[0].get("channel") or "call") == "call" else "survey"
            found.append(Told(self.spell.dormant_on, 1, said, source, 1.0, "high", first))
        for number, cause in enumerate(causes, start=len(found) + 1):
            if number <= 3:
                row = (number, cause.code, "inferred", round(cause.probability, 2), cause.confidence, first)
                found.append(Told(self.spell.dormant_on, *row))
        return found


def told(rows: Rows, as_of: date) -> list[Told]:
    """The ranked causes of every spell of one party as of `as_of`."""
    known, found = know(rows, as_of), []
    for spell in read(rows, as_of).spells:
        later = [o.on for o in known.orders if o.on >= spell.dormant_on]
        found += Evidence(rows, known, spell, min(later, default=None)).told()
    return found
