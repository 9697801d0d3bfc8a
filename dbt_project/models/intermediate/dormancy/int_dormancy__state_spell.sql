-- Each party's time in states, without gap or overlap, from the first fact to an open end. One state per day, the last step of
-- a day wins; a row is written only where state or sub-state changes.
with cycles as (
    select * from {{ ref('int_dormancy__cycle') }}
),

spells as (
    select * from {{ ref('int_dormancy__spell') }}
),

policy as (
    select policy_version from {{ source('ops', 'policy') }}
),

closed as (
    select
        cycles.*,
        spells.rule_ids,
        case
            when cycles.withdrawn_on is not null then 'churned'
            when cycles.dormant_on is not null then 'dormant'
            when cycles.at_risk_on is not null then 'at_risk'
            else cycles.opening_state
        end as closing_state
    from cycles
    left join spells on cycles.person_id = spells.person_id and cycles.cycle_no = spells.cycle_no
),

linked as (
    select
        *,
        coalesce(lag(closing_state) over (partition by person_id order by cycle_no), '') as previous_state
    from closed
),

-- a customer event opens a row only where it changes the state; leaving on the very day of the event comes last
opened as (
    select
        person_id,
        started_on as valid_from,
        opening_state as state,
        cast(null as string) as sub_state,
        cast(null as string) as rule_ids
    from linked
    where opening_state != previous_state and (withdrawn_on is null or withdrawn_on > started_on)
),

steps as (
    select * from opened
    union all
    select person_id, at_risk_on as valid_from, 'at_risk' as state, null as sub_state, deciding_rule as rule_ids
    from linked
    where at_risk_on is not null
    union all
    select person_id, dormant_on as valid_from, 'dormant' as state, null as sub_state, rule_ids
    from linked
    where dormant_on is not null and (long_dormant_on is null or long_dormant_on > dormant_on)
    union all
    select person_id, long_dormant_on as valid_from, 'dormant' as state, 'long_dormant' as sub_state, rule_ids
    from linked
    where long_dormant_on is not null
    union all
    select person_id, withdrawn_on as valid_from, 'churned' as state, null as sub_state, null as rule_ids
    from linked
    where withdrawn_on is not null
),

final as (
    select
        steps.person_id,
        steps.valid_from,
        lead(steps.valid_from) over (partition by steps.person_id order by steps.valid_from) as valid_to,
        steps.state,
        steps.sub_state,
        steps.rule_ids,
        policy.policy_version
    from steps
    cross join policy
)

select * from final
