"""What was delivered on 08-05 stays as it is when a cancellation becomes known by 08-11, and the report says what moved."""

from __future__ import annotations

from collections import Counter
from datetime import date

from tests.e2e import snapshots
from tests.oracle import chain, world
from tests.oracle.world import LIST_DAY, MONTH_END, NEXT_LIST_DAY


def state_on(told: chain.Told, name: str, day: date) -> str | None:
    """The state of a party on a day, without its sub-state; None where nobody knew the party."""
    rows = [row.split(" ") for row in told.get(name, ((), ()))[0]]
    states = [state.split("/")[0] for valid_from, state in rows if valid_from <= day.isoformat()]
    return states[-1] if states else None


def test_persona_P05_lists_delivered_before_stay_unchanged(persona_root):
    delivered = world.kept(persona_root, LIST_DAY, "outbox")
    assert any(name.endswith(".csv") for name in delivered)
    assert {name: snapshots.outbox(persona_root)[name] for name in delivered} == delivered


def test_persona_P05_and_P23_move_from_reactivated_back_to_dormant_in_the_restated_july(persona_root):
    reported, known = world.told(persona_root, MONTH_END), world.told(persona_root, NEXT_LIST_DAY)
    for name in ("P05", "P23"):
        assert (state_on(reported, name, MONTH_END), state_on(known, name, MONTH_END)) == ("reactivated", "dormant")
    before = Counter(state_on(reported, name, MONTH_END) for name in reported)
    after = Counter(state_on(known, name, MONTH_END) for name in known)
    moved = {state: after[state] - before[state] for state in {*before, *after} - {None}}
    restated = world.kept(persona_root, NEXT_LIST_DAY, "restated")
    assert moved["dormant"] > 0 > moved["reactivated"]
    assert {state: count for state, count in restated.items() if count} == {s: n for s, n in moved.items() if n}
