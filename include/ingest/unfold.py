"""A first load tells the end of a story at once; unfold it into one version per event (law 1).

A replay of an earlier day must not know a cancellation before it happened.
"""

from __future__ import annotations

from dataclasses import dataclass

ALWAYS_KNOWN = "timestamp '1900-01-01'"  # rows that say of no day when they came to be


@dataclass(frozen=True)
class LaterEvent:
    """An event after the first: its date, the columns nobody knew before it, statuses it turned (after -> before)."""

    column: str
    hides: tuple[str, ...] = ()
    status: str | None = None
    before: tuple[tuple[str, str], ...] = ()


LATER: dict[str, tuple[LaterEvent, ...]] = {
    "orders": (
        LaterEvent("cancelled_at", ("refund_amount",), "status", (("cancelled", "confirmed"),)),
        LaterEvent("returned_at", ("refund_amount",), "status", (("returned", "shipped"),)),
    ),
    "customers": (LaterEvent("withdrawn_at", (), "member_status", (("withdrawn", "member"),)),),
    "contacts": (LaterEvent("left_at"),),
    "inquiries": (
        LaterEvent("closed_at", ("resolution_code", "csat", "nps"), "status", (("closed", "open"),)),
    ),
    "subscriptions": (
        LaterEvent(
            "cancelled_on", ("cancel_reason_code", "cancel_reason_text", "cancel_channel"),
            "status", (("cancelled", "active"),),
        ),
    ),
    "deals": (
        LaterEvent(
            "closed_on", ("lost_reason_code", "competitor_id"), "result", (("won", "open"), ("lost", "open"))
        ),
    ),
    "privacy_requests": (LaterEvent("completed_on"),),
    "campaign_contacts": (LaterEvent("bounced_at", ("bounce_type",)),),
}  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One version of a row: when it was known, for which rows it exists, and how columns looked then (all SQL)."""

    known_at: str
    where: str
    columns: dict[str, str]


def versions(entity: str, event: str | None) -> list[Version]:
    """The versions of an entity's rows over columns named as in the entity."""
    first = f"coalesce(cast({event} as timestamp), {ALWAYS_KNOWN})" if event else ALWAYS_KNOWN
    later = LATER.get(entity, ())
    times = [first, *(f"cast({e.column} as timestamp)" for e in later)]
    found = []
    for place, time in enumerate(times):
        # two events of one moment are one version, the later kind
        same = [f"{time} is not distinct from {other}" for other in times[place + 1 :]]
        where = " and ".join([f"{time} is not null", *(f"not ({s})" for s in same)])
        found.append(Version(time, where, _as_of(time, later)))
    return found


def _as_of(time: str, later: tuple[LaterEvent, ...]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for event in later:
        unknown = f"cast({event.column} as timestamp) > {time}"
        for column in (event.column, *event.hides):
            columns[column] = f"case when {unknown} then null else {columns.get(column, column)} end"
        if event.status:
            arms = " ".join(f"when {unknown} and {event.status} = '{a}' then '{b}'" for a, b in event.before)
            columns[event.status] = f"case {arms} else {columns.get(event.status, event.status)} end"
    return columns
