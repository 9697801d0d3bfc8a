"""The real chain on parties of canonical rows: source `generic`, the dbt layers up to dormancy, and what the models say."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date

from include import ingest, transform, warehouse
from include.settings import Settings
from tests.oracle.build import write
from tests.oracle.cases import spell_text, state_text
from tests.oracle.known import Rows

LAYERS = ("staging", "people", "dormancy")

Told = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]

STATES = """
    select party.source_id, state.valid_from, state.state, state.sub_state
    from intermediate.int_dormancy__state_spell as state
    join intermediate.int_identity__party as party using (person_id)
    order by party.source_id, state.valid_from
"""
SPELLS = """
    select party.source_id, spell.dormant_on, spell.rule_ids, spell.is_redormant, spell.end_on, spell.end_type
    from intermediate.int_dormancy__spell as spell
    join intermediate.int_identity__party as party using (person_id)
    order by party.source_id, spell.spell_no
"""


def load(settings: Settings, parties: list[Rows], as_of: date, products: list[dict] = ()) -> None:
    """The rows as files of the source `generic`, ingested; raises when a row is refused."""
    write(parties, settings.landing, products)
    for path in settings.landing.rglob("*.csv"):
        os.utime(path, (0, 0))  # settled long ago
    ingest.prepare(settings)
    result = ingest.load_source(settings, "generic", as_of, "oracle")
    assert not result.is_red and result.rows_rejected == 0, "\n".join(result.messages)


def build(settings: Settings, as_of: date) -> Told:
    """Party -> (its state spells, its dormancy spells) as the models see them on `as_of`, in the notation of the cases."""
    transform.prepare(settings, as_of)
    for layer in LAYERS:
        transform.build(settings, layer, as_of)
    return told(settings)


def told(settings: Settings) -> Told:
    states: dict[str, list[str]] = defaultdict(list)
    spells: dict[str, list[str]] = defaultdict(list)
    with warehouse.reader(settings) as connection:
        for name, *row in connection.execute(STATES).fetchall():
            states[name].append(state_text(*row))
        for name, *row in connection.execute(SPELLS).fetchall():
            spells[name].append(spell_text(*row))
    return {name: (tuple(states[name]), tuple(spells[name])) for name in states}
