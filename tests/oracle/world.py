"""One DATA_ROOT of personas, cases and random histories, run on the dates that their stories need.

07-31 as the end of a month that is restated later; 08-05 and 08-11 as whole runs with lists, before and after a cancellation
becomes known; 08-30 as the eve of a month's end; 10-01 as the personas' date; 01-02 of the next year as the morrow of the last
season's end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

from include import settings as settings_module
from include import transform, warehouse
from include.settings import Settings
from tests.e2e import snapshots
from tests.oracle import boundaries, build, cases_courses, cases_orders, cases_others, chain, histories, personas, signs
from tests.oracle.known import Rows
from tests.oracle.pinned import pin

MONTH_END, LIST_DAY, NEXT_LIST_DAY = date(2024, 7, 31), date(2024, 8, 5), date(2024, 8, 11)
EVE, AS_OF, NEXT_YEAR = date(2024, 8, 30), date(2024, 10, 1), date(2025, 1, 2)
DAYS = (MONTH_END, LIST_DAY, NEXT_LIST_DAY, EVE, AS_OF, NEXT_YEAR)
SEED, SIGNED_SEED, HISTORY_COUNT = 4, 5, 500
PRODUCTS = [*cases_orders.PRODUCTS, *personas.PRODUCTS, *boundaries.FAST_PRODUCTS, *histories.PRODUCTS]

CASES = {c.name: c for c in (*cases_orders.CASES, *cases_courses.CASES, *cases_others.CASES)}
# one of the thirty twins of P27 is enough here
ONE_OF_EACH = [c for c in (*personas.CASES.values(), *CASES.values()) if c.name not in list(personas.P27)[1:]]
COPIES = [*boundaries.copies(ONE_OF_EACH, PRODUCTS), *boundaries.BY_PRESET, *boundaries.BY_MONTH]

CAUSES = """
    select party.source_id, spell.dormant_on, cause.cause_rank, cause.cause_code, cause.source,
        round(cause.probability, 2), cause.confidence, cause.inferred_cause_code
    from intermediate.int_cause__ranked as cause
    join intermediate.int_dormancy__spell as spell using (person_id, spell_no)
    join intermediate.int_identity__party as party using (person_id)
    order by all
"""
DECISIONS = """
    select party.source_id, decision.outcome, decision.tier_code, decision.bucket_no, assignment.cell
    from marts.fct_decision as decision
    join intermediate.int_identity__party as party using (person_id)
    left join marts.fct_assignment as assignment using (person_id, campaign_id)
    where decision.as_of = ?
"""
RESTATED = """
    select state, restated_by_fact_count from intermediate.int_measurement__state_flow where month_on = ? order by state
"""


def rows_of_histories() -> list[Rows]:
    return histories.parties(SEED, HISTORY_COUNT)


def signed_histories() -> dict[str, Rows]:
    """Histories of their own with signs of a cause in them."""
    return {f"H{SIGNED_SEED}-{number:04}": rows for number, rows in enumerate(signs.signed(SIGNED_SEED, HISTORY_COUNT))}


def settings_of(root: Path) -> Settings:
    return settings_module.load({"DATA_ROOT": str(root), "RULES_DIR": str(root / "rules")})


def make(root: Path, run: Callable[..., object]) -> None:
    """Build the DATA_ROOT; `run(root, verb, …)` is the front door. What the models said on each day is kept in told/."""
    pin(root / "rules")
    settings = settings_of(root)
    parties = [c.party.rows for c in (*personas.CASES.values(), *CASES.values())]
    parties += [c.case.party.rows for c in COPIES] + [p.rows for p in personas.OTHERS] + rows_of_histories()
    parties += signed_histories().values()
    build.write(parties, settings.landing, PRODUCTS)
    (settings.landing / "generic" / "orders_late.csv").write_text(personas.LATE_ORDERS, encoding="utf-8")
    for path in (settings.landing / "generic").iterdir():
        os.utime(path, (0, 0))  # settled long ago
    run(root, "ingest", "--as-of", MONTH_END.isoformat())
    for day in DAYS:
        if day in (LIST_DAY, NEXT_LIST_DAY):
            run(root, "run", "--as-of", day.isoformat())
        else:
            transform.prepare(settings, day)
            layers = [*chain.LAYERS, *(["decision"] if day == MONTH_END else [])]
            for layer in layers:
                transform.build(settings, layer, day)
        keep(root, settings, day)


def keep(root: Path, settings: Settings, day: date) -> None:
    """What the models said that day, the files delivered by then, and how July was restated by then."""
    with warehouse.reader(settings) as connection:
        causes = connection.execute(CAUSES).fetchall()
        has_flow = day in (LIST_DAY, NEXT_LIST_DAY)
        restated = connection.execute(RESTATED, [MONTH_END.replace(day=1)]).fetchall() if has_flow else []
        decisions = connection.execute(DECISIONS, [day]).fetchall() if has_flow else []
    (root / "told").mkdir(exist_ok=True)
    found = {
        "told": chain.told(settings), "causes": causes, "restated": dict(restated), "outbox": snapshots.outbox(root),
        "decisions": {name: rest for name, *rest in decisions},
    }  # fmt: skip
    (root / "told" / f"{day}.json").write_text(json.dumps(found, ensure_ascii=False, default=str), encoding="utf-8")


def kept(root: Path, day: date, part: str):
    """One part of what was kept of a day."""
    return json.loads((root / "told" / f"{day}.json").read_text(encoding="utf-8"))[part]


def told(root: Path, day: date) -> chain.Told:
    """What the models said of every party on a day."""
    return {name: (tuple(states), tuple(spells)) for name, (states, spells) in kept(root, day, "told").items()}
