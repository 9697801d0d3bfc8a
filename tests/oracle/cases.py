"""A case: one party, and what the text of §2.0 says of it, worked out by hand. Oracle and models both must agree.

`states` is "date state[/sub_state]" per row; `spells` is "dormant_on rule_ids [again] [end_on end_type]" per spell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.oracle.build import Party
from tests.oracle.reading import Reading

AS_OF = date(2024, 10, 1)


@dataclass(frozen=True)
class Case:
    name: str
    party: Party
    states: tuple[str, ...]
    spells: tuple[str, ...]


def case(party: Party, states: str, spells: str = "") -> Case:
    """`states` and `spells` separated by semicolons."""
    return Case(party.name, party, _parts(states), _parts(spells))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def told_states(reading: Reading) -> tuple[str, ...]:
    return tuple(state_text(s.valid_from, s.state, s.sub_state) for s in reading.states)


def told_spells(reading: Reading) -> tuple[str, ...]:
    return tuple(
        spell_text(s.dormant_on, ",".join(s.rule_ids), s.is_redormant, s.end_on, s.end_type) for s in reading.spells
    )


def state_text(valid_from: date, state: str, sub_state: str | None) -> str:
    return f"{valid_from} {state}" + (f"/{sub_state}" if sub_state else "")


def spell_text(dormant_on: date, rule_ids: str, is_redormant: bool, end_on: date | None, end_type: str) -> str:
    again = " again" if is_redormant else ""
    return f"{dormant_on} {rule_ids}{again}" + (f" {end_on} {end_type}" if end_on else "")
