"""What the dormant of the replayed date did afterwards, from the audited snapshot: orders in the windows, by contact."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from include import rules
from include.analytics.proportion import wilson
from include.backtest.plan import Plan

RULE = "rule_backtest"
# the id of the party that somebody is today
TODAY = """
    create temp table today_of as
    select source_id as former_id, max_by(person_id, valid_from) as person_id
    from snapshot.marts.dim_person_alias where source_system = 'okoshi' group by source_id
"""
# contact by our own lists within the window; hold-outs and everybody else were left alone
COUNTS = """
    with dormant as (
        select places.person_id, coalesce(today_of.person_id, places.person_id) as party_id, outcome
        from place_{name} as places left join today_of on today_of.former_id = places.person_id
        where outcome <> 'not_dormant'
    ),
    cells as (
        select person_id, bool_or(cell = 'treat') as is_treated, bool_or(cell = 'holdout') as is_held_out
        from snapshot.marts.fct_assignment
        where anchor_on > $as_of - cast($window as integer) and anchor_on <= $as_of + cast($window as integer)
        group by person_id
    ),
    bought as (
        select person_id, sum(net_amount) as net_amount
        from snapshot.marts.fct_order
        where ordered_on > $as_of and ordered_on <= $as_of + cast($window as integer)
        group by person_id
    )
    select
        outcome,
        case when is_treated then 'treated' when is_held_out then 'holdout' else 'untouched' end as contact,
        count(*) as party_count,
        count(bought.person_id) as returned_count,
        coalesce(sum(bought.net_amount), 0) as net_amount
    from dormant
    left join cells on cells.person_id = dormant.party_id
    left join bought on bought.person_id = dormant.party_id
    group by all
    order by all
"""
TABLE = """
    create table outcomes (
        policy varchar, outcome varchar, contact varchar, window_days integer, party_count bigint, returned_count bigint,
        return_ratio double, ci_low double, ci_high double, net_amount decimal(18, 2), maturity varchar, verdict varchar
    )
"""


def attach(connection, snapshot: Path) -> date | None:
    """Attach the current snapshot as `snapshot`; returns the date up to which its facts are known, None without one."""
    if not snapshot.exists():
        return None
    connection.execute(f"attach '{snapshot}' as snapshot (read_only)")
    return connection.execute("select as_of from snapshot.meta_snapshot").fetchone()[0]


def create(connection, plan: Plan, known_until: date) -> None:
    """Relation `outcomes`: a row per policy, place of the replay, contact and KPI window."""
    connection.execute(TODAY)
    connection.execute(TABLE)
    for one in plan.replays:
        if one.as_of != plan.as_of:
            continue
        for rule in rules.in_force(plan.house, RULE, plan.as_of):
            parameters = {"as_of": plan.as_of, "window": int(rule["window_days"])}
            for counted in connection.execute(COUNTS.format(name=one.name), parameters).fetchall():
                connection.execute(
                    "insert into outcomes values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [one.name, *_judged(plan.as_of, known_until, rule, *counted)],
                )


def _judged(as_of: date, known_until: date, rule: dict, outcome, contact, parties: int, returned: int, net) -> list:
    window = int(rule["window_days"])
    low, high = wilson(returned, parties, float(rule["z_ratio"]))
    is_mature = (known_until - as_of).days >= window + int(rule["return_lag_days"])
    is_enough = parties >= int(rule["min_n_count"])
    return [
        outcome, contact, window, parties, returned, round(returned / parties, 9), round(low, 9), round(high, 9), net,
        "確報" if is_mature else "速報", "判定可" if is_enough else "判定不能",
    ]  # fmt: skip
