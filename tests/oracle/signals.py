"""The signals of §3 in one party's rows, read without haste, and what they make of each of its dormancy spells.

`told(rows, as_of)` gives the causes of every spell as the models' table of ranked causes has them. Not read: what whole categories
and markets did (price lists, market events, falling categories, ages grown out of).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from tests.oracle.buyers import amount_fell
from tests.oracle.causes import Cause, Signal, is_abrupt, rank
from tests.oracle.evidence import NO_ANSWER, Evidence
from tests.oracle.known import Rows, day_of, know
from tests.oracle.reading import read
from tests.oracle.rules import Rules

STOP_CAUSES = {"OUT_OF_AREA": "CHG_LIFE"}


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


class Signals(Evidence):
    """Every signal of §3, one method for each kind of fact."""

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
        valid, lines = {o.order_id for o in self.known.orders}, defaultdict(list)
        for line in self.newest("order_lines"):
            lines[line["order_id"]].append((line.get("returned_qty") or 0, line["qty"]))
        found = []
        for order in self.newest("orders"):
            ordered, order_id = day_of(order["ordered_at"]), order["order_id"]
            some = any(back > 0 for back, _ in lines[order_id])
            every = order["status"] == "returned" or (some and all(back >= qty for back, qty in lines[order_id]))
            if (every and order_id not in valid and ordered >= since) or (some and order_id in valid and ordered == since):
                found.append(day_of(order.get("returned_at")) or ordered)
        return self.dated("returned", found)

    def reasons(self) -> list[Signal]:
        """What somebody said on leaving a 定期 or a contract: strength A under any cause."""
        events = [e for e in self.newest("subscription_events") if e["type"] == "cancel"]
        said = {(e["subscription_id"], day_of(e["event_at"])): e.get("reason_code") for e in events}
        for row in [*self.newest("subscriptions"), *([self.known.account] if self.known.account else [])]:
            day = row.get("cancelled_on") or row.get("contract_end_on")
            if row.get("cancel_reason_code"):  # what the course itself says goes before its event of that day
                said[row.get("subscription_id"), day] = row["cancel_reason_code"]
        spoken = [(day, code) for (_, day), code in said.items() if code not in NO_ANSWER and day and day <= self.known.as_of]
        return [s for day, code in spoken for s in self.dated("stated_cancel", [day], cause=code)]

    def course_events(self) -> list[Signal]:
        events = self.newest("subscription_events")
        skips = sorted({day_of(e["event_at"]) for e in events if e["type"] == "skip"})
        skips = [d for d in skips if self.lies_in_window("skipped", d)]
        found = self.dated("skipped", skips[-1:]) if len(skips) >= 2 else []
        versions = defaultdict(list)
        for row in sorted(self.rows.get("subscriptions", []), key=lambda r: r["known_at"]):
            versions[row["subscription_id"]].append(row)
        longer = [b["known_at"].date() for v in versions.values() for a, b in zip(v, v[1:]) if b["cycle_days"] > a["cycle_days"]]
        found += self.dated("cycle_longer", [d for d in longer if d <= self.known.as_of])
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
        """Who left, who came to decide after somebody else, whose mails came back."""
        contacts = self.newest("contacts")
        found = self.dated("contact_left", [day_of(c.get("left_at")) for c in contacts])
        deciders = sorted(day_of(c["registered_at"]) for c in contacts if c["decision_role"] == "decision_maker")
        found += self.dated("new_decider", [d for d in deciders if d > deciders[0]])
        names = {c["contact_id"] for c in contacts}
        return found + self.dated("contact_bounced", [day for who, day in self.bounces() if who in names])

    def bounces(self) -> list[tuple[str, date]]:
        """(who, when) of mails that came back for good."""
        sends = [s for s in self.newest("campaign_contacts") if s["channel"] == "email" and s.get("bounce_type") == "hard"]
        return [(s["party_id"], day_of(s["bounced_at"])) for s in sends]

    def reach(self) -> list[Signal]:
        """Neither mail nor telephone reaches anybody any more."""
        mail = any(day <= self.known_until for _, day in self.bounces())
        calls = [c for c in self.newest("calls") if day_of(c["started_at"]) <= self.known_until]
        voice = any(c.get("disposition_code") == "DISCONNECTED" for c in calls)
        return [self.signal("unreachable")] if mail and voice else []

    def fatigue(self) -> list[Signal]:
        """8 mails or more in the 30 days up to t0, and at most half the share opened of the 30 days before."""
        mails = [day_of(s["sent_at"]) for s in self.newest("campaign_contacts") if s["channel"] in ("email", "newsletter")]
        looks = [day_of(r["responded_at"]) for r in self.newest("responses") if r["type"] in ("open", "click")]
        last, middle, first = min(self.t0, self.known_until), self.t0 - timedelta(days=30), self.t0 - timedelta(days=60)
        sent, before = sum(middle < d <= last for d in mails), sum(first < d <= middle for d in mails)
        if sent < 8 or before == 0:
            return []
        rate, was = sum(middle < d <= last for d in looks) / sent, sum(first < d <= middle for d in looks) / before
        return [self.signal("fatigue")] if was > 0 and rate / was <= 0.5 else []

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
        parts = (
            self.cases, self.returns, self.reasons, self.course_events, self.life, self.messages, self.deals, self.contacts,
            self.reach, self.fatigue, self.favourites, self.patterns,
        )  # fmt: skip
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
        found += Signals(rows, known, spell, min(later, default=None)).told()
    return found
