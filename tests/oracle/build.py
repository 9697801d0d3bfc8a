"""Parties of a few lines: canonical rows with known_at, for the oracle and, written as CSV, for the source `generic`."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path

from tests.oracle.known import EVENT, Rows, day_of


def on(day: str | date) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


def at(day: str | date | datetime, hour: int = 10) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(on(day), time(hour))


class Party:
    """Collects the rows of one party. A row is known at noon of its own event unless `known` says another day.

    Without registration or columns there is no customers row: a person known only from orders and contacts.
    """

    def __init__(self, name: str, registered: str | date | None = None, **columns):
        self.name, self.rows, self.count = name, {}, 0
        if registered or columns:
            self.customer(registered, registered, **columns)

    def customer(self, known, registered=None, **columns) -> Party:
        """A version of the customer's row."""
        return self.add(
            "customers", known, source_customer_id=self.name, registered_at=at(registered, 9) if registered else None,
            **{"member_status": "member", **columns},
        )  # fmt: skip

    def add(self, entity: str, known: str | date | None, **columns) -> Party:
        if known is None:
            known = day_of(columns.get(EVENT.get(entity, ""), None)) or date(2020, 1, 1)
        self.rows.setdefault(entity, []).append({**columns, "known_at": at(known, 12)})
        return self

    def next_id(self, kind: str) -> str:
        self.count += 1
        return f"{self.name}-{kind}{self.count}"

    def order(self, day, net=3000, *, order_id=None, known=None, hour=10, lines=None, **columns) -> Party:
        order_id = order_id or self.next_id("o")
        columns = {"status": "paid", "order_type": "single", **columns}
        self.add(
            "orders", known or day, order_id=order_id, party_id=self.name, ordered_at=at(day, hour), net_amount=net, **columns
        )
        for number, line in enumerate(lines or [], start=1):
            product, amount, qty, *returned = line
            self.add(
                "order_lines", known or day, order_id=order_id, line_no=number, line_type="goods", product_id=product,
                qty=qty, returned_qty=returned[0] if returned else 0, net_amount=amount,
            )  # fmt: skip
        return self

    def orders(self, *days: str, **columns) -> Party:
        for day in days:
            self.order(day, **columns)
        return self

    def course(self, started, cycle_days=30, status="active", *, known=None, course_id=None, **columns) -> Party:
        """A 定期; columns of dates may be given as text."""
        columns = {k: on(v) if k.endswith("_on") and v else v for k, v in columns.items()}
        return self.add(
            "subscriptions", known or started, subscription_id=course_id or f"{self.name}-s", party_id=self.name,
            cycle_days=cycle_days, started_on=on(started), status=status, **columns,
        )  # fmt: skip

    def deliver(self, *days: str, course_id=None, **columns) -> Party:
        return self.orders(*days, order_type="subscription", subscription_id=course_id or f"{self.name}-s", **columns)

    def course_event(self, day, kind, *, course_id=None, **columns) -> Party:
        return self.add(
            "subscription_events", day, subscription_id=course_id or f"{self.name}-s", event_at=at(day, 11), type=kind, **columns
        )

    def activity(self, day, *, channel="phone", direction="inbound", outcome="two_way", **columns) -> Party:
        return self.add(
            "activities", day, activity_id=self.next_id("a"), party_id=self.name, channel=channel, direction=direction,
            occurred_at=at(day, 11), outcome=outcome, **columns,
        )  # fmt: skip

    def visit(self, *days: str) -> Party:
        for day in days:
            self.activity(day, channel="store")
        return self

    def inquiry(self, day, *, known=None, closed=None, inquiry_id=None, **columns) -> Party:
        return self.add(
            "inquiries", known or closed or day, inquiry_id=inquiry_id or self.next_id("i"), party_id=self.name, channel="phone",
            received_at=at(day, 11), closed_at=at(closed, 17) if closed else None,
            **{"status": "closed" if closed else "open", "is_complaint": False, **columns},
        )  # fmt: skip

    def complaint(self, day, severity=2, **columns) -> Party:
        return self.inquiry(day, is_complaint=True, severity=severity, **columns)

    def call(self, day, disposition, direction="outbound", **columns) -> Party:
        return self.add(
            "calls", day, call_id=self.next_id("c"), party_id=self.name, direction=direction, started_at=at(day, 14),
            disposition_code=disposition, **columns,
        )  # fmt: skip

    def hearing(self, day, reason, **columns) -> Party:
        return self.add(
            "hearings", day, hearing_id=self.next_id("h"), party_id=self.name, heard_at=at(day, 14), reason_code=reason, **columns
        )

    def response(self, day, kind, **columns) -> Party:
        return self.add(
            "responses", day, response_id=self.next_id("r"), party_id=self.name, responded_at=at(day, 15), type=kind, **columns
        )

    def consent(self, day, channel: str, value: str, action="grant") -> Party:
        return self.add(
            "consents", day, consent_event_id=self.next_id("k"), party_id=self.name, channel=channel, contact_value=value,
            purpose="marketing", action=action, method="web", consented_at=at(day, 9),
        )  # fmt: skip

    def erase(self, day) -> Party:
        return self.add("privacy_requests", day, request_id=self.next_id("p"), party_id=self.name, received_on=on(day), kind="erase")


class AccountParty(Party):
    """A B2B account; registered on the day its contract starts unless said otherwise."""

    def __init__(self, name: str, registered: str | date | None = None, known=None, **columns):
        self.name, self.rows, self.count = name, {}, 0
        columns = {k: on(v) if k.endswith("_on") and v else v for k, v in columns.items()}
        registered = registered or columns["contract_start_on"]
        self.add(
            "accounts", known or registered, account_id=name, account_name=f"株式会社{name}",
            registered_at=at(registered, 9), **columns,
        )  # fmt: skip

    def contact(self, contact_id: str, registered: str | date) -> Party:
        """A person at the account; its `party` gives that person's own touches and orders."""
        return self.add(
            "contacts", registered, contact_id=contact_id, account_id=self.name, registered_at=at(registered, 9),
            decision_role="desk",
        )  # fmt: skip

    def by(self, contact_id: str) -> Party:
        """What is added through it is said, called or ordered by the contact."""
        speaker = Party.__new__(Party)
        speaker.name, speaker.rows, speaker.count = contact_id, self.rows, 0
        return speaker

    def deal(self, opened, *, known=None, deal_id=None, result="open", closed=None, **columns) -> Party:
        return self.add(
            "deals", known or closed or opened, deal_id=deal_id or self.next_id("d"), account_id=self.name,
            opened_on=on(opened), result=result, closed_on=on(closed) if closed else None, **columns,
        )  # fmt: skip

    def use(self, *days: str | date, events=5) -> Party:
        for day in days:
            self.add("usage_daily", day, account_id=self.name, used_on=on(day), active_users=1, events=events)
        return self


def days(first: str | date, count: int, step: int = 1) -> list[date]:
    return [on(first) + timedelta(days=step * n) for n in range(count)]


def product(product_id: str, *, usage_days: int | None = None, **columns) -> dict:
    return {"product_id": product_id, "name": product_id, "usage_days": usage_days, **columns, "known_at": datetime(2020, 1, 1, 12)}


def write(parties: list[Rows], landing: Path, products: list[dict] = ()) -> None:
    """The rows of all parties as files of the source `generic`: landing/generic/<entity>.csv."""
    folder = landing / "generic"
    folder.mkdir(parents=True, exist_ok=True)
    entities: dict[str, list[dict]] = {"products": list(products)} if products else {}
    for rows in parties:
        for entity, found in rows.items():
            if entity != "products":
                entities.setdefault(entity, []).extend(found)
    for entity, rows in entities.items():
        columns = sorted({column for row in rows for column in row})
        with (folder / f"{entity}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, columns)
            writer.writeheader()
            writer.writerows({k: cell(v) for k, v in row.items()} for row in rows)


def cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)
