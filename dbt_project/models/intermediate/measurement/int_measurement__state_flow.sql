-- Opening + in - out = closing per month and state, and beside it how much an earlier report of that month end has moved:
-- by changed rules (another policy_version) or by facts that became known later.
with spells as (
    select * from {{ ref('int_dormancy__state_spell') }}
),

months as (
    select * from {{ ref('int_measurement__month') }}
),

states as (
    select * from {{ ref('states') }}
),

state_days as (
    select * from {{ ref('int_measurement__state_day') }}
),

history as (
    select * from {{ ref('int_measurement__state_history') }}
    where as_of < {{ as_of() }}
),

policy as (
    select * from {{ ref('int_measurement__policy') }}
),

-- a change of sub_state alone is no move
neighbours as (
    select
        person_id,
        state,
        valid_from,
        valid_to,
        lag(state) over (partition by person_id order by valid_from) as before_state,
        lead(state) over (partition by person_id order by valid_from) as after_state
    from spells
),

entries as (
    select months.month_on, neighbours.state, count(*) as in_count
    from neighbours
    inner join months on neighbours.valid_from between months.month_on and months.last_on
    where neighbours.before_state is null or neighbours.before_state <> neighbours.state
    group by months.month_on, neighbours.state
),

exits as (
    select months.month_on, neighbours.state, count(*) as out_count
    from neighbours
    inner join months on neighbours.valid_to between months.month_on and months.last_on
    where neighbours.after_state is null or neighbours.after_state <> neighbours.state
    group by months.month_on, neighbours.state
),

opening as (
    select month_on, opening_state as state, count(*) as opening_count
    from state_days
    where opening_state is not null
    group by month_on, opening_state
),

closing as (
    select month_on, closing_state as state, count(*) as closing_count
    from state_days
    group by month_on, closing_state
),

reports as (
    select distinct as_of, policy_version
    from history
),

-- reported then against known now, party by party; whom nobody knew then is a late fact
known_now as (
    select
        reports.as_of,
        reports.policy_version,
        state_days.month_on,
        state_days.person_id,
        state_days.closing_state
    from reports
    inner join state_days on state_days.month_on = {{ month_start('reports.as_of') }}
),

moved as (
    select
        coalesce(known_now.month_on, {{ month_start('history.as_of') }}) as month_on,
        history.state as reported_state,
        known_now.closing_state as known_state,
        coalesce(history.policy_version, known_now.policy_version) <> policy.policy_version
        and history.person_id is not null as is_policy
    from history
    full outer join known_now on known_now.person_id = history.person_id and known_now.as_of = history.as_of
    cross join policy
    where history.state is null or known_now.closing_state is null or history.state <> known_now.closing_state
),

moves as (
    select month_on, known_state as state, is_policy, 1 as moved_count from moved
    union all
    select month_on, reported_state as state, is_policy, -1 as moved_count from moved
),

restated as (
    select
        month_on,
        state,
        sum(case when is_policy then moved_count else 0 end) as policy_count,
        sum(case when is_policy then 0 else moved_count end) as fact_count
    from moves
    group by month_on, state
),

final as (
    select
        months.month_on,
        states.state,
        states.state_no,
        states.label_ja,
        months.last_on,
        months.is_complete,
        coalesce(opening.opening_count, 0) as opening_count,
        coalesce(entries.in_count, 0) as in_count,
        coalesce(exits.out_count, 0) as out_count,
        coalesce(closing.closing_count, 0) as closing_count,
        cast(coalesce(restated.policy_count, 0) as bigint) as restated_by_policy_count,
        cast(coalesce(restated.fact_count, 0) as bigint) as restated_by_fact_count
    from months
    cross join states
    left join opening on opening.month_on = months.month_on and opening.state = states.state
    left join entries on entries.month_on = months.month_on and entries.state = states.state
    left join exits on exits.month_on = months.month_on and exits.state = states.state
    left join closing on closing.month_on = months.month_on and closing.state = states.state
    left join restated on restated.month_on = months.month_on and restated.state = states.state
)

select * from final
