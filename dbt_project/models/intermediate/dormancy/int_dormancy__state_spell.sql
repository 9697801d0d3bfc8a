-- Each party's time in states, without gap or overlap, from the first fact to an open end. One state per day: the last step
-- of a day wins; a row is written only where state or sub-state changes.
with cycles as (
    select * from {{ ref('int_dormancy__cycle') }}
),

spells as (
    select * from {{ ref('int_dormancy__spell') }}
),

policy as (
    select policy_version from {{ source('ops', 'policy') }}
),

steps as (
    select person_id, cycle_no, 'a_opened' as step, started_on as valid_from, opening_state as state, '' as sub_state
    from cycles
    union all
    select person_id, cycle_no, 'b_at_risk' as step, at_risk_on as valid_from, 'at_risk' as state, '' as sub_state
    from cycles
    where at_risk_on is not null
    union all
    select person_id, cycle_no, 'c_dormant' as step, dormant_on as valid_from, 'dormant' as state, '' as sub_state
    from cycles
    where dormant_on is not null
    union all
    select person_id, cycle_no, 'd_long_dormant' as step, long_dormant_on as valid_from, 'dormant' as state, 'long_dormant' as sub_state
    from cycles
    where long_dormant_on is not null
    union all
    select person_id, cycle_no, 'e_withdrawn' as step, withdrawn_on as valid_from, 'churned' as state, '' as sub_state
    from cycles
    where withdrawn_on is not null
),

one_a_day as (
    select *
    from steps
    qualify row_number() over (partition by person_id, valid_from order by cycle_no desc, step desc) = 1
),

changes as (
    select *
    from one_a_day
    qualify
        coalesce(lag(state || ':' || sub_state) over (partition by person_id order by valid_from), '')
        != state || ':' || sub_state
),

final as (
    select
        changes.person_id,
        changes.valid_from,
        lead(changes.valid_from) over (partition by changes.person_id order by changes.valid_from) as valid_to,
        changes.state,
        nullif(changes.sub_state, '') as sub_state,
        case
            when changes.state = 'dormant' then spells.rule_ids
            when changes.state = 'at_risk' then cycles.deciding_rule
        end as rule_ids,
        policy.policy_version
    from changes
    cross join policy
    inner join cycles on changes.person_id = cycles.person_id and changes.cycle_no = cycles.cycle_no
    left join spells on changes.person_id = spells.person_id and changes.cycle_no = spells.cycle_no
)

select * from final
