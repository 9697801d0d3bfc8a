"""Lists of personas: what was delivered stays as it is when a cancellation becomes known, and who is held out is in no file."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date

import pytest

from tests.e2e import snapshots
from tests.oracle import chain, personas, world
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


SALT, HELD_OUT_PERCENT = "okoshi-winback-1", 10


def bucket(name: str) -> int:
    """§6: the first 8 hex digits of md5(cluster || salt) mod 100; who lives alone is a cluster of one."""
    person_id = "p_" + hashlib.md5(f"generic|{name}".encode()).hexdigest()[:16]
    return int(hashlib.md5(f"{person_id}{SALT}".encode()).hexdigest()[:8], 16) % 100


HELD = {name for name in personas.P27 if bucket(name) < HELD_OUT_PERCENT}
LISTED = set(personas.P27) - HELD


@pytest.mark.parametrize("day", [LIST_DAY, NEXT_LIST_DAY], ids=str)
def test_persona_P27_in_the_hold_out_bucket_is_held_out_and_in_the_denominator(persona_root, day):
    decisions = world.kept(persona_root, day, "decisions")
    assert HELD and LISTED
    assert {name: decisions[name] for name in HELD} == {name: ["holdout", "high", bucket(name), "holdout"] for name in HELD}
    outcome = "email" if day == LIST_DAY else "in_treatment"
    assert {name: decisions[name] for name in LISTED} == {name: [outcome, "high", bucket(name), "treat"] for name in LISTED}


def test_persona_P27_in_the_hold_out_bucket_is_in_no_file(persona_root):
    files = [path.read_bytes() for path in (persona_root / "outbox").rglob("*") if path.is_file()]
    named = {name for name in personas.P27 if any(personas.mail_address(name).encode() in content for content in files)}
    assert named == LISTED
