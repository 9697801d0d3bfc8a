"""Signs of why somebody stopped, scattered over random histories: near the days of their orders, where the windows of §3 begin
and end. The same seed gives the same rows.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from tests.oracle.build import AccountParty, Party, at
from tests.oracle.histories import END, START, parties
from tests.oracle.known import Rows, day_of

# days after an order: windows of 30 and 90 days end around there
NEAR = [-91, -90, -40, -3, 1, 5, 20, 29, 30, 31, 45, 60, 75, 89, 90, 91, 120, 149, 150, 151, 200]
REASONS = ["CHG_SURPLUS", "CHG_LIFE", "CHG_NEED", "EXT_SUPPLY", "OUT_OF_AREA", "UNKNOWN"]


def signed(seed: int, count: int) -> list[Rows]:
    """Histories as of `histories.parties`, each with some signs."""
    found = []
    for number, rows in enumerate(parties(seed, count)):
        Signs(random.Random(f"signs-{seed}-{number}"), f"H{seed}-{number:04}", rows).add()
        found.append(rows)
    return found


class Signs:
    """Adds signs to one party's rows."""

    def __init__(self, rng: random.Random, name: str, rows: Rows):
        self.rng, self.rows = rng, rows
        self.is_account = bool(rows.get("accounts"))
        self.party = Party.__new__(AccountParty if self.is_account else Party)
        self.party.name, self.party.rows, self.party.count = name, rows, 1000
        self.anchors = [day_of(o["ordered_at"]) for o in rows.get("orders", [])] or [START + timedelta(days=300)]

    def day(self) -> date:
        """Some days from an order, the last ones more often."""
        anchor = self.rng.choice([*self.anchors, *self.anchors[-2:]])
        return min(max(anchor + timedelta(days=self.rng.choice(NEAR)), START), END)

    def add(self) -> None:
        kinds = [self.deal, self.deal, self.contact_left, self.decider, self.bounce, self.case] if self.is_account else [
            self.case, self.case, self.case, self.life, self.move, self.goodbye, self.look, self.course, self.bargains, self.hearing,
            self.lost_touch, self.mails,
        ]  # fmt: skip
        for tell in self.rng.sample(kinds, self.rng.choice([0, 1, 1, 2, 3])):
            tell()

    def case(self) -> None:
        day = self.day()
        closed = self.rng.choice([None, day, day + timedelta(days=self.rng.choice([6, 7, 8, 30, 60, 90]))])
        closed = None if closed and closed > END else closed
        columns = {
            "nps": self.rng.choice([None, 6, 7, 9, 3]), "csat": self.rng.choice([None, 2, 3]),
            "reopened_count": self.rng.choice([0, 0, 1]), "inquiry_id": self.party.next_id("i"),
        }  # fmt: skip
        if self.rng.random() < 0.4:
            self.party.complaint(day, self.rng.choice([1, 2, 3]), known=day, closed=closed, **columns)
        else:
            self.party.inquiry(day, known=day, closed=closed, **columns)

    def life(self) -> None:
        self.party.add(
            "life_events", day := self.day(), party_id=self.party.name, code=self.rng.choice(["move", "birth", "retire"]),
            occurred_on=day, source=self.rng.choice(["declared", "address_change"]),
        )  # fmt: skip

    def move(self) -> None:
        if "customers" in self.rows:  # registration stands for itself elsewhere
            return
        first, moved = min(self.anchors), self.day()
        if moved > first:
            self.party.customer(first, first, prefecture_code="13")
            self.party.customer(moved, first, prefecture_code="27")

    def goodbye(self) -> None:
        day = self.day()
        if self.rng.random() < 0.5:
            self.party.response(day, "unsubscribe")
        else:
            self.party.add(
                "consents", day, consent_event_id=self.party.next_id("k"), party_id=self.party.name, channel="email",
                contact_value=f"{self.party.name.lower()}@mail.example.jp", purpose="marketing", action="withdraw",
                consented_at=at(day, 8),
            )  # fmt: skip

    def look(self) -> None:
        self.party.response(self.day(), self.rng.choice(["open", "click"]))

    def course(self) -> None:
        """A payment that failed, or boxes skipped; only who has a 定期."""
        if "subscriptions" not in self.rows:
            return
        course_id = self.rows["subscriptions"][0]["subscription_id"]
        kind = self.rng.choice(["failed", "skips", "longer"])
        if kind == "failed":
            self.party.course_event(self.day(), "payment_failed", course_id=course_id)
        elif kind == "longer":
            row = self.rows["subscriptions"][0]
            told = [r["known_at"].date() for r in self.rows["subscriptions"] if r["subscription_id"] == course_id]
            if len(told) == 1 and (day := self.day()) > told[0]:
                columns = {k: v for k, v in row.items() if k != "known_at"}
                self.party.add("subscriptions", day, **{**columns, "cycle_days": row["cycle_days"] + 30})
        else:
            for day in sorted({self.day() for _ in range(self.rng.choice([1, 2, 3]))}):
                self.party.course_event(day, "skip", course_id=course_id)

    def bargains(self) -> None:
        dear = self.rng.choice([0, 0, 1])
        for order in self.rows.get("orders", [])[dear:]:
            order["discount_amount"] = 200

    def hearing(self) -> None:
        self.party.hearing(self.day(), self.rng.choice(REASONS), channel=self.rng.choice(["call", "survey", None]))

    def deal(self) -> None:
        opened = self.day()
        closed = min(opened + timedelta(days=self.rng.choice([10, 60])), END)
        reason = self.rng.choice([None, "CHG_BUDGET", "EXT_COMPETITOR"])
        columns = {"competitor_id": self.rng.choice([None, None, "RIVAL"]), "reschedule_count": self.rng.choice([0, 1, 2])}
        if reason:
            self.party.deal(opened, known=closed, result="lost", closed=closed, lost_reason_code=reason, **columns)
        else:
            self.party.deal(opened, **columns)

    def contact_left(self) -> None:
        contact_id, registered = self.party.next_id("k"), day_of(self.rows["accounts"][0]["registered_at"])
        self.party.contact(contact_id, registered)
        left = self.day()
        if left > registered:
            row = self.rows["contacts"][-1]
            self.party.add("contacts", left, **{k: v for k, v in row.items() if k != "known_at"}, left_at=at(left, 9))

    def decider(self) -> None:
        registered = day_of(self.rows["accounts"][0]["registered_at"])
        for day in sorted({registered, *[self.day() for _ in range(self.rng.choice([0, 1]))]}):
            if day >= registered:
                self.party.contact(self.party.next_id("k"), day)
                self.rows["contacts"][-1]["decision_role"] = "decision_maker"

    def bounce(self) -> None:
        """A mail to a contact, or to nobody in particular, that came back."""
        names = [row["contact_id"] for row in self.rows.get("contacts", [])]
        self.send(self.rng.choice([self.party.name, *names]), self.day(), self.rng.choice(["hard", "hard", "soft"]))

    def send(self, who: str, day: date, bounce_type: str | None = None) -> None:
        self.party.add(
            "campaign_contacts", day, campaign_contact_id=self.party.next_id("m"), party_id=who, channel="email", sent_at=at(day, 7),
            bounced_at=at(day, 8) if bounce_type else None, bounce_type=bounce_type,
        )  # fmt: skip

    def lost_touch(self) -> None:
        self.send(self.party.name, self.day(), self.rng.choice(["hard", "hard", "soft"]))
        self.party.call(self.day(), self.rng.choice(["DISCONNECTED", "DISCONNECTED", "NO_ANSWER"]))

    def mails(self) -> None:
        """Two months of mails after an order, opened less and less."""
        first, opened = self.rng.choice(self.anchors), self.rng.choice([2, 4])
        for number in range(24):
            day = first + timedelta(days=number * self.rng.choice([2, 3, 4]))
            if day <= END:
                self.send(self.party.name, day)
                if number < 12 and number % opened == 0:
                    self.party.response(day, "open")
