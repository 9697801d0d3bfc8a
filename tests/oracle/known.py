"""What is known of one party on a date: the newest version of each row known by then, turned into plain facts.

Rows are dictionaries with the canonical columns of an entity (`include/contracts/canonical.yml`), Python dates and
datetimes, None or absent for empty; every row has `known_at`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

KEYS = {
    "customers": ("source_customer_id",),
    "accounts": ("account_id",),
    "contacts": ("contact_id",),
    "orders": ("order_id",),
    "order_lines": ("order_id", "line_no"),
    "products": ("product_id",),
    "subscriptions": ("subscription_id",),
    "subscription_events": ("subscription_id", "event_at", "type"),
    "deals": ("deal_id",),
    "activities": ("activity_id",),
    "usage_daily": ("account_id", "used_on"),
    "inquiries": ("inquiry_id",),
    "calls": ("call_id",),
    "hearings": ("hearing_id",),
    "responses": ("response_id",),
    "privacy_requests": ("request_id",),
    "life_events": ("party_id", "code", "occurred_on"),
    "campaign_contacts": ("campaign_contact_id",),
    "consents": ("consent_event_id",),
}
EVENT = {
    "customers": "registered_at", "accounts": "registered_at", "contacts": "registered_at", "orders": "ordered_at",
    "subscriptions": "started_on", "subscription_events": "event_at", "deals": "opened_on",
    "activities": "occurred_at", "usage_daily": "used_on", "inquiries": "received_at", "calls": "started_at",
    "hearings": "heard_at", "responses": "responded_at", "privacy_requests": "received_on",
    "life_events": "occurred_on", "campaign_contacts": "sent_at",
    "consents": "consented_at",
}  # fmt: skip
# dispositions of a call with a person at the other end who was not complaining
PERSON_CODES = {"REFUSED", "DNC", "RECALL", "MATERIAL", "PROSPECT", "WISH", "APPLIED", "APPT", "INQUIRY", "ORDER"}
TWO_WAY_RESPONSES = {"reply", "call_positive", "application_request", "application_form", "visit"}

Rows = dict[str, list[dict]]


def day_of(value: date | datetime | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


@dataclass(frozen=True)
class Order:
    order_id: str
    at: datetime
    net: float
    subscription_id: str | None
    lines: tuple[tuple[str, float, int], ...]  # product, net, kept quantity

    @property
    def on(self) -> date:
        return self.at.date()


@dataclass(frozen=True)
class Touch:
    on: date
    is_inbound: bool


@dataclass
class Known:
    """Facts of one party as known on `as_of`; nothing here is dated later."""

    as_of: date
    is_account: bool
    registered_on: date | None = None
    is_internal: bool = False
    orders: list[Order] = field(default_factory=list)  # valid ones only, by time
    void_days: list[date] = field(default_factory=list)  # order, cancellation and return of orders that became void
    free_days: list[date] = field(default_factory=list)  # free trials and orders of ¥0
    touches: list[Touch] = field(default_factory=list)  # both sides took part; no orders, no complaints
    visits: list[date] = field(default_factory=list)
    complaints: list[tuple[date, date | None]] = field(default_factory=list)  # received, closed
    used_days: list[date] = field(default_factory=list)
    usage_days: dict[str, int] = field(default_factory=dict)  # product -> days one piece lasts
    subscriptions: list[dict] = field(default_factory=list)
    subscription_events: list[dict] = field(default_factory=list)
    deals: list[dict] = field(default_factory=list)
    account: dict = field(default_factory=dict)
    hearings: list[dict] = field(default_factory=list)
    left_on: date | None = None
    erased_on: date | None = None
    died_on: date | None = None
    first_on: date | None = None


def newest(rows: Rows, entity: str, as_of: date) -> list[dict]:
    """No. 16: rows of one key with different known_at are versions, the newest known by `as_of` counts (law 1)."""
    found: dict[tuple, dict] = {}
    for row in sorted(rows.get(entity, []), key=lambda r: r["known_at"]):
        if row["known_at"].date() <= as_of:
            found[tuple(row.get(k) for k in KEYS[entity])] = row
    event = EVENT.get(entity)
    return [
        row
        for row in found.values()
        if not row.get("is_deleted") and not (event and row.get(event) and day_of(row[event]) > as_of)
    ]


def on_or_before(value: date | datetime | None, as_of: date) -> date | None:
    day = day_of(value)
    return day if day is not None and day <= as_of else None


def know(rows: Rows, as_of: date) -> Known:
    """The facts of one party. A contact's orders, touches and hearings are its account's, whatever party_id they bear."""
    known = Known(as_of, is_account=bool(rows.get("accounts")))
    known.usage_days = {p["product_id"]: p["usage_days"] for p in newest(rows, "products", as_of) if p.get("usage_days")}
    _party(known, rows)
    _orders(known, rows)
    _touches(known, rows)
    known.used_days = sorted(r["used_on"] for r in newest(rows, "usage_daily", as_of) if (r.get("events") or 0) > 0)
    known.subscriptions = newest(rows, "subscriptions", as_of)
    known.subscription_events = sorted(newest(rows, "subscription_events", as_of), key=lambda e: e["event_at"])
    known.deals = newest(rows, "deals", as_of)
    known.hearings = sorted(newest(rows, "hearings", as_of), key=lambda h: h["heard_at"])
    known.erased_on = min(
        (r["received_on"] for r in newest(rows, "privacy_requests", as_of) if r["kind"] == "erase"), default=None
    )
    known.first_on = _first_day(rows, as_of)
    return known


def _party(known: Known, rows: Rows) -> None:
    for row in newest(rows, "customers", known.as_of):
        known.registered_on = day_of(row.get("registered_at"))
        known.is_internal = bool(row.get("is_employee") or row.get("is_test"))
        known.left_on = on_or_before(row.get("withdrawn_at"), known.as_of)
        if row.get("is_deceased"):
            told = [r["known_at"] for r in rows["customers"] if r.get("is_deceased")]
            known.died_on = min(told).date()
    for row in newest(rows, "accounts", known.as_of):
        known.registered_on = day_of(row.get("registered_at"))
        known.account = row


def _orders(known: Known, rows: Rows) -> None:
    lines: dict[str, list[dict]] = {}
    for line in newest(rows, "order_lines", known.as_of):
        lines.setdefault(line["order_id"], []).append(line)
    for row in newest(rows, "orders", known.as_of):
        ordered_on = day_of(row["ordered_at"])
        cancelled_on = on_or_before(row.get("cancelled_at"), known.as_of)
        returned_on = on_or_before(row.get("returned_at"), known.as_of)
        goods = [li for li in lines.get(row["order_id"], []) if (li.get("line_type") or "goods") == "goods"]
        is_cancelled = bool(cancelled_on) or (row["status"] == "cancelled" and row.get("cancelled_at") is None)
        # no. 9: fully returned = all goods quantity returned
        all_back = bool(goods) and all((li.get("returned_qty") or 0) >= li["qty"] for li in goods)
        is_returned = all_back or (row["status"] == "returned" and (row.get("returned_at") is None or bool(returned_on)))
        if is_cancelled or is_returned:
            known.void_days += [d for d in (ordered_on, cancelled_on, returned_on) if d]
            continue
        # no. 9: ¥0 means net + points before refunds <= 0; a goodwill refund keeps the order valid
        before_refund = row["net_amount"] + (row.get("point_amount") or 0) + (row.get("refund_amount") or 0)
        if before_refund <= 0:
            known.free_days.append(ordered_on)
            continue
        if known.is_internal or row.get("is_test"):
            continue
        # what went back is worth nothing any more
        kept = [(li["product_id"], li["net_amount"] / li["qty"], li["qty"] - (li.get("returned_qty") or 0)) for li in goods]
        kept = tuple((product_id, price * count, count) for product_id, price, count in kept)
        known.orders.append(
            Order(row["order_id"], row["ordered_at"], row["net_amount"], row.get("subscription_id"), kept)
        )
    known.orders.sort(key=lambda o: (o.at, o.order_id))


def _touches(known: Known, rows: Rows) -> None:
    """§0.3: our own sends, opens, clicks and unanswered calls are no touch; a complaint resets no clock (no. 7)."""
    for row in newest(rows, "activities", known.as_of):
        if row.get("outcome") == "two_way":
            known.touches.append(Touch(day_of(row["occurred_at"]), row["direction"] == "inbound"))
            # no. 16: a store visit is channel=store, inbound, two_way
            if row["channel"] == "store" and row["direction"] == "inbound":
                known.visits.append(day_of(row["occurred_at"]))
    for row in newest(rows, "inquiries", known.as_of):
        received_on = day_of(row["received_at"])
        if row.get("is_complaint"):
            known.complaints.append((received_on, on_or_before(row.get("closed_at"), known.as_of)))
        else:
            known.touches.append(Touch(received_on, True))
    for row in newest(rows, "calls", known.as_of):
        if row.get("disposition_code") in PERSON_CODES:
            known.touches.append(Touch(day_of(row["started_at"]), row["direction"] == "inbound"))
    for row in newest(rows, "responses", known.as_of):
        if row["type"] in TWO_WAY_RESPONSES:
            known.touches.append(Touch(day_of(row["responded_at"]), True))
    known.touches.sort(key=lambda t: t.on)
    known.visits.sort()


def _first_day(rows: Rows, as_of: date) -> date | None:
    """The first day anything is known of the party: dates of its rows, and the day its first row was known."""
    days: list[date] = []
    for entity in EVENT:
        for row in newest(rows, entity, as_of):
            days.append(day_of(row[EVENT[entity]]) or as_of)
    for entity in ("customers", "accounts", "contacts"):
        days += [r["known_at"].date() for r in rows.get(entity, []) if r["known_at"].date() <= as_of]
    for row in newest(rows, "accounts", as_of):
        days += [d for d in (on_or_before(row.get("contract_start_on"), as_of),) if d]
    return min(days, default=None)
