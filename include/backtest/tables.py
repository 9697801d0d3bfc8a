"""The relations of a backtest: states, lists, thresholds, and the difference split by behaviour and by policy."""

from __future__ import annotations

from include.backtest.plan import Plan

# party -> its state and its place in the waterfall, of one replay
PLACES = """
    create temp table place_{name} as
    select
        parties.person_id,
        parties.business_type,
        coalesce(states.state, 'lead') as state,
        states.sub_state,
        states.valid_from as state_from_on,
        decisions.dormant_on,
        decisions.cause_code,
        coalesce(decisions.outcome, 'not_dormant') as outcome,
        decisions.first_reason,
        decisions.channel,
        decisions.tier_code,
        decisions.rank_no,
        coalesce(decisions.outcome = decisions.channel, false) as is_listed
    from {name}.marts.dim_person as parties
    left join {name}.marts.fct_state_spell as states on states.person_id = parties.person_id and states.valid_to is null
    left join {name}.marts.fct_decision as decisions on decisions.person_id = parties.person_id and decisions.as_of = ?
    where states.person_id is not null
"""
# who was known under another id at the earlier date
BEFORE = """
    create temp table place_then as
    select places.* replace (coalesce(aliases.person_id, places.person_id) as person_id)
    from place_before as places
    left join (
        select source_id, max_by(person_id, valid_from) as person_id
        from a.marts.dim_person_alias where source_system = 'okoshi' group by source_id
    ) as aliases on aliases.source_id = places.person_id
    qualify row_number() over (partition by coalesce(aliases.person_id, places.person_id) order by places.person_id) = 1
"""
DIFFERENCE = """
    create table difference as
    with pairs as (
        select 'by_behaviour' as split, coalesce(old.person_id, new.person_id) as person_id,
            old.state as from_state, new.state as to_state, old.outcome as from_outcome, new.outcome as to_outcome
        from place_then as old full outer join place_a as new on new.person_id = old.person_id
        union all
        select 'by_policy' as split, coalesce(old.person_id, new.person_id) as person_id,
            old.state as from_state, new.state as to_state, old.outcome as from_outcome, new.outcome as to_outcome
        from place_a as old full outer join place_b as new on new.person_id = old.person_id
    )
    select split, 'state' as subject, person_id, coalesce(from_state, 'unknown') as from_value, coalesce(to_state, 'unknown') as to_value
    from pairs where from_state is distinct from to_state
    union all
    select split, 'list' as subject, person_id, coalesce(from_outcome, 'unknown'), coalesce(to_outcome, 'unknown')
    from pairs where from_outcome is distinct from to_outcome
"""
# opening + by_behaviour + by_policy = closing, for every state and every outcome
FLOW = """
    create table difference_count as
    with counted as (
        select 'state' as subject, state as value, 'opening' as part, 1 as party_count from place_then
        union all select 'list', outcome, 'opening', 1 from place_then
        union all select 'state', state, 'closing', 1 from place_b
        union all select 'list', outcome, 'closing', 1 from place_b
        union all select subject, to_value, split, 1 from difference
        union all select subject, from_value, split, -1 from difference
    )
    select
        subject,
        value,
        coalesce(sum(party_count) filter (where part = 'opening'), 0) as opening_count,
        coalesce(sum(party_count) filter (where part = 'by_behaviour'), 0) as by_behaviour_count,
        coalesce(sum(party_count) filter (where part = 'by_policy'), 0) as by_policy_count,
        coalesce(sum(party_count) filter (where part = 'closing'), 0) as closing_count
    from counted
    where value <> 'unknown'
    group by subject, value
"""
COPIES = """
    create table states{suffix} as from place_{name};
    create table thresholds{suffix} as from {name}.marts.kpi_threshold_review;
    create table lists{suffix} as
    select channel, rank_no, person_id, tier_code, cause_code, dormant_on from place_{name} where is_listed;
"""
ORDERS = {
    "states": "person_id",
    "lists": "channel, rank_no, person_id",
    "states_b": "person_id",
    "lists_b": "channel, rank_no, person_id",
    "difference": "split, subject, person_id",
    "difference_count": "subject, value",
    "outcomes": "policy, outcome, contact, window_days",
    "thresholds": "rule_id, business_type, category_l1",
    "thresholds_b": "rule_id, business_type, category_l1",
}


def create(connection, plan: Plan) -> None:
    """Build all relations from the attached replays (databases a, before, b)."""
    for one in plan.replays:
        connection.execute(PLACES.format(name=one.name), [one.as_of])
    connection.execute(COPIES.format(name="a", suffix=""))
    if plan.rules_dir is not None:
        connection.execute(COPIES.format(name="b", suffix="_b"))
        connection.execute(BEFORE)
        connection.execute(DIFFERENCE)
        connection.execute(FLOW)


def written(connection) -> list[tuple[str, str]]:
    """(name, order) of the relations that leave."""
    here = {row[0] for row in connection.execute("select table_name from duckdb_tables() where not temporary and database_name = 'result'").fetchall()}
    return [(name, order) for name, order in ORDERS.items() if name in here]
