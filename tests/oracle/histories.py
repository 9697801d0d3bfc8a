"""Seeded random histories: parties whose orders, subscriptions, visits, complaints, deals and use look like life, and which
like to sit on the edges of the rules. The same seed gives the same rows.

`parties(seed, count)` gives canonical rows with known_at, for the oracle and (`build.write`) for the source `generic`.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from tests.oracle.build import AccountParty, Party, at, product
from tests.oracle.known import Rows

START, END = date(2021, 1, 4), date(2024, 12, 28)
# a gap of one of these days puts the next event on, before or after the day a rule crosses
EDGES = [1, 7, 15, 20, 30, 59, 60, 61, 89, 90, 91, 120, 135, 179, 180, 181, 240, 364, 365, 366, 500, 729, 730, 731]
PRODUCTS = [
    product("H-PACK30", usage_days=30, category_l1="A"), product("H-PACK45", usage_days=45, category_l1="A"),
    product("H-PLAIN", category_l1="B"), product("H-OTHER", category_l1="C"),
]  # fmt: skip
REASONS = ["CHG_SURPLUS", "CHG_LIFE", "DIS_PRICE", "DIS_QUALITY", "EXT_COMPETITOR", None]
HEARD = ["CHG_SURPLUS", "FOR_FADE", "DIS_QUALITY", "DIS_COMPLAINT", "EXT_COMPETITOR", "UNKNOWN"]


def parties(seed: int, count: int, start: date = START, end: date = END) -> list[Rows]:
    """`count` parties of rows: two thirds persons, one third accounts."""
    found = []
    for number in range(count):
        teller = Teller(random.Random(f"{seed}-{number}"), f"H{seed}-{number:04}", start, end)
        found.append(teller.account() if number % 3 == 2 else teller.person())
    return found


class Teller:
    """Tells one party's story with its own random numbers."""

    def __init__(self, rng: random.Random, name: str, start: date, end: date):
        self.rng, self.name, self.start, self.end = rng, name, start, end
        self.tells_lines = rng.random() < 0.4
        self.known_from = start
        self.taken: set[date] = set()  # days of leaving and the like stand alone

    # -- small choices

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def day(self, first: date | None = None, last: date | None = None) -> date:
        first, last = first or self.start, last or self.end
        return first + timedelta(days=self.rng.randint(0, max((last - first).days, 0)))

    def late(self, day: date) -> date:
        """When a fact became known: mostly at once, sometimes weeks later."""
        return day + timedelta(days=self.rng.choice([1, 3, 10, 30, 60])) if self.chance(0.1) else day

    def free_day(self, first: date, last: date | None = None) -> date | None:
        """A day on which nothing else happens to the party."""
        for _ in range(20):
            found = self.day(first, last)
            if found not in self.taken and found <= self.end:
                self.taken.add(found)
                return found
        return None

    def rhythm(self) -> list[date]:
        """Order days: a steady, a monthly, a seasonal, a fading, an edgy or a chaotic buyer."""
        kind = self.rng.choice(["steady", "steady", "monthly", "seasonal", "fading", "edgy", "edgy", "chaos"])
        day, found = self.day(self.start, self.end - timedelta(days=200)), []
        size = self.rng.choice([1, 1, 2, 3, 4, 5, 6, 8, 12])
        gap, month = self.rng.choice([8, 14, 25, 33, 45, 70, 110]), self.rng.randint(1, 12)
        if kind == "seasonal":
            return self.season(month)
        while len(found) < size and day <= self.end:
            found.append(day)
            step = {
                "steady": gap + self.rng.randint(-2, 2),
                "monthly": self.rng.choice([28, 29, 30, 31, 31, 31, 62]),
                "fading": int(gap * 1.3 ** len(found)),
                "edgy": self.rng.choice(EDGES),
                "chaos": self.rng.randint(1, 400),
            }[kind]
            if self.chance(0.08):
                step += self.rng.choice([100, 200, 400])
            day += timedelta(days=max(step, 0))
        return found

    def season(self, month: int) -> list[date]:
        found = []
        for year in range(self.start.year, self.end.year + 1):
            for _ in range(self.rng.choice([0, 1, 1, 2])):
                number = year * 12 + month - 1 + self.rng.choice([0, 0, 0, 1])
                found.append(date(number // 12, number % 12 + 1, self.rng.randint(1, 28)))
        if self.chance(0.4):
            found.append(self.day())
        return sorted(d for d in found if self.start <= d <= self.end)

    # -- persons

    def person(self) -> Rows:
        registered = self.day(self.start, self.start + timedelta(days=300)) if self.chance(0.4) else None
        marks = {"is_employee": True} if self.chance(0.02) else {"is_test": True} if self.chance(0.02) else {}
        party = Party(self.name, registered or (self.start if marks else None), **marks)
        if not self.chance(0.12):
            for day in self.rhythm():
                self.order(party, day)
        if self.chance(0.3):
            self.course(party, f"{self.name}-s")
            if self.chance(0.25):
                self.course(party, f"{self.name}-t")
        for _ in range(self.rng.choice([0, 0, 0, 1, 2])):
            self.contact(party)
        if self.chance(0.15):
            party.visit(*sorted(str(self.day()) for _ in range(self.rng.randint(1, 8))))
        self.leave(party, registered)
        return party.rows

    def order(self, party: Party, day: date, **columns) -> None:
        self.taken.add(day)
        order_id = party.next_id("o")
        known = self.late(day)
        net = self.rng.choice([1000, 1500, 3000, 3000, 3000, 5000])
        lines = None
        if self.tells_lines:
            lines = [(self.rng.choice(PRODUCTS)["product_id"], net, self.rng.randint(1, 3))]
        if lines and self.chance(0.2):
            lines.append((self.rng.choice(PRODUCTS)["product_id"], self.rng.choice([500, net]), 1))
        fate = self.rng.random()
        if fate < 0.04:  # a sample
            net, lines = 0, None
        elif fate < 0.08:  # all by points
            columns["point_amount"], net = net, 0
        elif fate < 0.11:  # goodwill
            columns["refund_amount"], net = net, 0
        party.order(day, net, order_id=order_id, known=known, lines=lines, **columns)
        if 0.11 < fate < 0.2:
            self.void(party, order_id, day, known, net, lines, columns)
        elif 0.2 < fate < 0.23 and lines:  # some or all goods back
            back = [(p, n, q, self.rng.choice([q, max(q - 1, 0)])) for p, n, q in lines]
            party.order(day, net, order_id=order_id, known=self.after(known), lines=back, **columns)
        if self.chance(0.05):  # another one on the same day
            party.order(day, 2000, known=known, hour=15, **columns)

    def void(self, party: Party, order_id: str, day: date, known: date, net: int, lines, columns: dict) -> None:
        ended = day + timedelta(days=self.rng.choice([0, 1, 10, 40, 100]))
        kind = self.rng.choice(["cancelled", "returned"])
        party.order(
            day, net, order_id=order_id, known=max(self.late(ended), known) + timedelta(days=1), lines=lines,
            **columns, status=kind, **{f"{kind}_at": at(ended, 18)},
        )  # fmt: skip

    def after(self, day: date) -> date:
        return day + timedelta(days=self.rng.choice([1, 5, 20]))

    def course(self, party: Party, course_id: str) -> None:
        """A 定期 with deliveries, skips, a pause, a cancellation, a restart."""
        cycle = self.rng.choice([14, 30, 30, 60, 90])
        started = self.day(self.start, self.end - timedelta(days=120))
        day, stop = started, started + timedelta(days=self.rng.randint(0, 500))
        party.course(started, cycle, course_id=course_id, next_delivery_on=started if self.chance(0.3) else None)
        while day <= min(stop, self.end):
            if day > started and self.chance(0.12):
                party.course_event(day - timedelta(days=3), "skip", course_id=course_id)
            else:
                self.taken.add(day)
                party.deliver(str(day), course_id=course_id)
            day += timedelta(days=cycle)
        ended = min(stop, self.end) + timedelta(days=self.rng.randint(0, 20))
        if ended > self.end:
            return
        kind = self.rng.choice(["pause", "pause", "stop", "cancel", "cancel", "silence"])
        row = {"cycle_days": cycle, "course_id": course_id}
        if kind in ("pause", "stop"):
            self.pause(party, started, ended, row, has_end=kind == "pause")
        elif kind == "cancel":
            self.cancel(party, started, ended, row)
        elif self.chance(0.5):
            party.course(started, known=ended, next_delivery_on=ended + timedelta(days=self.rng.choice([5, 40])), **row)

    def pause(self, party: Party, started: date, day: date, row: dict, has_end: bool) -> None:
        end = day + timedelta(days=self.rng.choice([10, 30, 90, 200, 500])) if has_end else None
        marks = {"suspended_from_on": day, "suspended_to_on": end}
        party.course(started, known=day, status="suspended", **marks, **row)
        party.course_event(day, "suspend", course_id=row["course_id"])
        resumed = self.free_day(day + timedelta(days=3), min(end, self.end) if end else None)
        if resumed is None or resumed > self.end or not self.chance(0.5):
            return
        party.course_event(resumed, "resume", course_id=row["course_id"])
        party.course(started, known=resumed, status="active", **marks, **row)
        if self.chance(0.6):
            self.deliveries_after(party, resumed, row)

    def cancel(self, party: Party, started: date, day: date, row: dict) -> None:
        while day in self.taken:
            day += timedelta(days=1)
        self.taken.add(day)
        marks = {"cancelled_on": day, "cancel_reason_code": self.rng.choice(REASONS)}
        party.course(started, known=self.late(day), status="cancelled", **marks, **row)
        if self.chance(0.3):
            restarted = self.free_day(day + timedelta(days=20), day + timedelta(days=300))
            if restarted is None:
                return
            party.course_event(day, "cancel", course_id=row["course_id"], reason_code=marks["cancel_reason_code"])
            party.course_event(restarted, "restart", course_id=row["course_id"])
            party.course(started, known=restarted + timedelta(days=61), status="active", **row)
            self.deliveries_after(party, restarted, row)

    def deliveries_after(self, party: Party, day: date, row: dict) -> None:
        for _ in range(self.rng.randint(0, 4)):
            day += timedelta(days=row["cycle_days"])
            if day <= self.end:
                self.taken.add(day)
                party.deliver(str(day), course_id=row["course_id"])

    def contact(self, party: Party) -> None:
        """Something between the party and us that is no order."""
        day = self.day(self.known_from)
        kind = self.rng.choice(["inquiry", "complaint", "complaint", "call", "activity", "mail", "response", "hearing"])
        if kind == "inquiry":
            party.inquiry(day, closed=self.after(day))
        elif kind == "complaint":
            ended = day + timedelta(days=self.rng.choice([0, 3, 30, 120]))
            if self.chance(0.8):
                party.complaint(day, closed=ended, known=day)
            else:
                party.complaint(day)
        elif kind == "call":
            disposition = self.rng.choice(["NO_ANSWER", "VOICEMAIL", "HANGUP", "PROSPECT", "REFUSED", "COMPLAINT", "MATERIAL"])
            party.call(day, disposition, direction=self.rng.choice(["outbound", "outbound", "inbound"]))
        elif kind == "activity":
            party.activity(day, channel=self.rng.choice(["phone", "email", "meeting"]), direction=self.rng.choice(["inbound", "outbound"]))
        elif kind == "mail":
            party.activity(day, channel="email", direction="outbound", outcome="no_reply")
        elif kind == "response":
            party.response(day, self.rng.choice(["open", "click", "reply", "application_request"]))
        elif (heard_on := self.free_day(day)) is not None:
            party.hearing(heard_on, self.rng.choice(HEARD))

    def leave(self, party: Party, registered: date | None) -> None:
        if registered and self.chance(0.05) and (day := self.free_day(registered)):
            party.customer(day, registered, member_status="withdrawn", withdrawn_at=at(day, 9))
        elif self.chance(0.03) and (day := self.free_day(max(self.taken, default=self.start) + timedelta(days=1))):
            party.erase(day)

    # -- accounts

    def account(self) -> Rows:
        registered = self.day(self.start, self.start + timedelta(days=200))
        columns: dict = {}
        if self.chance(0.6):
            start = self.day(registered, registered + timedelta(days=300))
            columns = {"contract_start_on": start, "contract_status": "active"}
            if self.chance(0.7):
                end = start + timedelta(days=self.rng.choice([90, 364, 365, 730]) - 1)
                columns |= {"contract_end_on": end}
                if self.chance(0.3):
                    columns["cancel_reason_code"] = self.rng.choice(REASONS)
                self.taken.add(end + timedelta(days=1))
        party = AccountParty(self.name, registered, **columns)
        if columns and self.chance(0.7):
            self.use(party, columns["contract_start_on"])
        for _ in range(self.rng.choice([0, 0, 1, 1, 2])):
            self.deal(party)
        speakers: list[Party] = [party]
        if self.chance(0.4):
            party.contact(f"{self.name}-k", registered)
            speakers.append(party.by(f"{self.name}-k"))
            self.known_from = registered  # nobody spoke for an account that did not exist
        if self.chance(0.3):
            for day in self.rhythm()[:6]:
                self.order(self.rng.choice(speakers), max(day, self.known_from))
        for _ in range(self.rng.choice([0, 1, 2, 4, 8])):
            self.contact(self.rng.choice(speakers))
        return party.rows

    def use(self, party: AccountParty, start: date) -> None:
        day, count = start + timedelta(days=self.rng.randint(0, 20)), self.rng.choice([1, 3, 6, 12])
        span = self.rng.choice([5, 9, 30, 31, 60, 150])
        seen: set[date] = set()
        for _ in range(count):
            if day <= self.end and day not in seen:
                party.use(day, events=0 if self.chance(0.1) else 4)
                seen.add(day)
            day += timedelta(days=max(1, span + self.rng.choice([-1, 0, 0, 1, 200])))
        self.taken |= seen

    def deal(self, party: AccountParty) -> None:
        opened, deal_id = self.day(), party.next_id("d")
        party.deal(opened, deal_id=deal_id, result=self.rng.choice(["open", "open", "hold"]), last_activity_on=self.day(opened))
        if self.chance(0.6) and (closed := self.free_day(opened + timedelta(days=1), opened + timedelta(days=400))):
            party.deal(
                opened, deal_id=deal_id, result=self.rng.choice(["won", "lost"]), closed=closed, known=self.late(closed)
            )
