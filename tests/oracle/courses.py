"""定期: how a subscription stands on a day, read from its row and its events. No. 4, 12, 17 of §2.0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.oracle.calendar import latest
from tests.oracle.known import Known, day_of
from tests.oracle.rules import Rules

SAYS = {"start": "active", "suspend": "suspended", "resume": "active", "cancel": "cancelled", "restart": "active"}
# what counts last when a row and events speak of one day
ORDER = ("start", "suspend", "resume", "cancel", "restart")


@dataclass(frozen=True)
class Statement:
    on: date
    kind: str  # start | suspend | resume | cancel | restart


@dataclass
class Course:
    """One subscription as its facts up to `day` show it."""

    subscription_id: str
    status: str  # active | suspended | cancelled
    since: date  # of that status
    pause_end: date | None  # of a suspension with an end, at most so many days after its begin
    cycle_days: int
    deliveries: list[date]
    skips: list[date]  # after the last delivery
    next_delivery_on: date | None
    started_on: date
    wakings: list[date]  # ends of pauses, resumptions, restarts

    @property
    def last_delivery(self) -> date | None:
        return self.deliveries[-1] if self.deliveries else None


def statements(row: dict, events: list[dict]) -> list[Statement]:
    """What the row and the events say, by day."""
    found = {Statement(row["started_on"], "start")}
    if row.get("suspended_from_on"):
        found.add(Statement(row["suspended_from_on"], "suspend"))
        # a row that is active again tells by its end when the pause was over
        if row.get("suspended_to_on") and row["status"] == "active":
            found.add(Statement(row["suspended_to_on"], "resume"))
    if row.get("cancelled_on"):
        found.add(Statement(row["cancelled_on"], "cancel"))
    for event in events:
        if event["subscription_id"] == row["subscription_id"] and event["type"] in SAYS:
            found.add(Statement(day_of(event["event_at"]), event["type"]))
    return sorted(found, key=lambda s: (s.on, ORDER.index(s.kind)))


def end_of_pause(row: dict, since: date, rules: Rules) -> date | None:
    """No. 17: a pause with an end blocks at most 365 days."""
    end = row.get("suspended_to_on")
    if end is None or row.get("suspended_from_on") != since:
        return None
    return min(end, since + timedelta(days=rules.pause_max_days))


def courses(known: Known, day: date, rules: Rules) -> list[Course]:
    """Every subscription that has begun by `day`."""
    return [c for row in known.subscriptions if (c := course(known, row, day, rules)) is not None]


def course(known: Known, row: dict, day: date, rules: Rules) -> Course | None:
    told = [s for s in statements(row, known.subscription_events) if s.on <= day]
    if not told or row["started_on"] > day:
        return None
    status, since, pause_end = "active", row["started_on"], None
    wakings: list[date] = []
    for place, statement in enumerate(told):
        if status == SAYS[statement.kind]:
            continue
        status, since, pause_end = SAYS[statement.kind], statement.on, None
        if status == "suspended":
            pause_end = end_of_pause(row, since, rules)
            following = told[place + 1].on if place + 1 < len(told) else None
            # no. 4: at the end of a pause every day clock restarts
            if pause_end and pause_end <= day and (following is None or following > pause_end):
                wakings.append(pause_end)
        if status == "active":
            wakings.append(since)
    # no. 12: an order of the cancelled 定期 itself is no reset
    deliveries = sorted({o.on for o in deliveries_of(known, row, day) if not is_after_cancellation(known, row, o.on)})
    last = deliveries[-1] if deliveries else date.min
    skips = [
        day_of(e["event_at"])
        for e in known.subscription_events
        if e["subscription_id"] == row["subscription_id"] and e["type"] == "skip" and last < day_of(e["event_at"]) <= day
    ]
    return Course(
        row["subscription_id"], status, since, pause_end, row.get("cycle_days") or 0, deliveries, skips,
        row.get("next_delivery_on"), row["started_on"], wakings,
    )  # fmt: skip


def deliveries_of(known: Known, row: dict, day: date) -> list:
    return [o for o in known.orders if o.subscription_id == row["subscription_id"] and o.on <= day]


def is_after_cancellation(known: Known, row: dict, day: date) -> bool:
    """Was the subscription cancelled before `day` and not restarted by then?"""
    standing = [s for s in statements(row, known.subscription_events) if s.on <= day]
    return bool(standing) and standing[-1].kind == "cancel" and standing[-1].on < day


def is_next_box(known: Known, order) -> bool:
    """No. 17: the next delivery of an uninterrupted 定期, which is never a reactivation."""
    for row in known.subscriptions:
        if row["subscription_id"] == order.subscription_id:
            before = [o.on for o in deliveries_of(known, row, order.on) if o.on < order.on]
            since = [s for s in statements(row, known.subscription_events) if before and before[-1] < s.on <= order.on]
            return bool(before) and not any(SAYS[s.kind] != "active" for s in since)
    return False


def is_tail(known: Known, order) -> bool:
    """No. 12: an order of a cancelled 定期 is neither a reactivation nor a reset."""
    rows = [r for r in known.subscriptions if r["subscription_id"] == order.subscription_id]
    return any(is_after_cancellation(known, row, order.on) for row in rows)


def blocked_until(course: Course, rules: Rules) -> date | None:
    """The first day on which the subscription does not keep every rule from crossing."""
    if course.status == "suspended":
        return course.pause_end
    if course.status != "active":
        return None
    # no. 17: until next_delivery_on (else last delivery + cycle) + 30 days; skips postpone it
    expected = course.next_delivery_on
    if expected is None or (course.last_delivery and expected <= course.last_delivery):
        begun = latest(course.started_on, course.last_delivery, *course.wakings)
        expected = begun + timedelta(days=course.cycle_days * (1 + len(course.skips)))
    return expected + timedelta(days=rules.delivery_grace_days)


def lapsed_on(course: Course) -> date:
    """No. 4: the day on which D6 crosses for this subscription."""
    due = course.last_delivery + timedelta(days=course.cycle_days) if course.last_delivery else None
    if course.status == "suspended" and course.pause_end:
        return latest(due, course.pause_end + timedelta(days=course.cycle_days))
    return latest(course.since, due)


def churned_on(known: Known, row: dict, rules: Rules) -> set[date]:
    """No. 12: cancelled for dissatisfaction or a competitor, while no other 定期 of the person is active."""
    told = [(row.get("cancelled_on"), row.get("cancel_reason_code"))]
    told += [
        (day_of(e["event_at"]), e.get("reason_code"))
        for e in known.subscription_events
        if e["subscription_id"] == row["subscription_id"] and e["type"] == "cancel"
    ]
    days = set()
    for day, reason in told:
        if day and day <= known.as_of and is_leaving_reason(reason):
            others = [c for c in courses(known, day, rules) if c.subscription_id != row["subscription_id"]]
            days |= set() if any(c.status == "active" for c in others) else {day}
    return days


def is_leaving_reason(code: str | None) -> bool:
    return bool(code) and (code.startswith("DIS_") or code == "EXT_COMPETITOR")
