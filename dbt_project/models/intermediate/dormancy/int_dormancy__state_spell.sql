{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Each party's time in states, without gap or overlap, from the first fact to an open end. One state per day, the last step of
-- a day wins; a row is written only where state or sub-state changes.
{% set guards = ['D2', 'D3', 'D6', 'COMPLAINT', 'AOV'] %}
-- the state in which the stretch before ended, where that is the one it opened with
with cycles as (
    select
        person_id,
        started_on,
        opening_state,
        is_asleep,
        idled_on,
        lag(case when dormant_on is null and idled_on is null and not is_asleep then opening_state end) over (
            partition by person_id order by cycle_no
        ) as last_state
    from {{ concerned(ref('int_dormancy__cycle')) }}
),

spells as (
    select * from {{ concerned(ref('int_dormancy__spell')) }}
),

guards as (
    select * from {{ concerned(ref('int_dormancy__guard')) }}
),

clock as (
    select * from {{ concerned(ref('int_dormancy__clock')) }}
    where clock_on <= {{ as_of() }} and (paused_to_on is not null or inactive_on is not null)
),

policy as (
    select policy_version from {{ source('ops', 'policy') }}
),

-- what the party is by its own doing, before any warning
bases as (
    select person_id, started_on as changed_on, opening_state as base_state, cast(null as string) as base_sub_state,
        cast(null as string) as rule_ids
    from cycles
    where not is_asleep and (last_state is null or last_state != opening_state)
    union all
    select person_id, idled_on as changed_on, 'active' as base_state, null as base_sub_state, null as rule_ids
    from cycles
    where idled_on is not null
    union all
    select
        person_id,
        dormant_on as changed_on,
        'dormant' as base_state,
        case
            when deciding_rule = 'D9' then 'lead_dormant'
            when long_dormant_on = dormant_on then 'long_dormant'
        end as base_sub_state,
        rule_ids
    from spells
    union all
    select person_id, long_dormant_on as changed_on, 'dormant' as base_state, 'long_dormant' as base_sub_state, rule_ids
    from spells
    where long_dormant_on > dormant_on
),

-- warnings, pauses and idle contracts begin and end on days of their own
turns as (
    select person_id, from_on as changed_on, guard_code as sign_code, 1 as sign_change from guards
    union all
    select person_id, to_on as changed_on, guard_code as sign_code, -1 as sign_change from guards
    where to_on <= {{ as_of() }}
    union all
    select person_id, clock_on as changed_on, 'suspended' as sign_code, 1 as sign_change from clock
    where paused_to_on is not null
    union all
    select person_id, next_clock_on as changed_on, 'suspended' as sign_code, -1 as sign_change from clock
    where paused_to_on is not null and next_clock_on <= {{ as_of() }}
    union all
    select person_id, inactive_on as changed_on, 'paying_inactive' as sign_code, 1 as sign_change from clock
    where inactive_on <= {{ as_of() }} and (next_clock_on is null or inactive_on < next_clock_on)
    union all
    select person_id, next_clock_on as changed_on, 'paying_inactive' as sign_code, -1 as sign_change from clock
    where inactive_on <= {{ as_of() }} and inactive_on < next_clock_on and next_clock_on <= {{ as_of() }}
),

-- of what a party becomes on one day the last counts
base_days as (
    select
        person_id,
        changed_on,
        max(base_state) as base_state,
        max(base_sub_state) as base_sub_state,
        max(rule_ids) as rule_ids
    from bases
    group by person_id, changed_on
),

steps as (
    select person_id, changed_on, base_state, coalesce(base_sub_state, '') as base_sub_state, coalesce(rule_ids, '') as rule_ids,
        cast(null as string) as sign_code, 0 as sign_change
    from base_days
    union all
    select person_id, changed_on, null as base_state, null as base_sub_state, null as rule_ids, sign_code, sign_change from turns
),

-- all steps of a day see the same: the frame holds the whole day
running as (
    select
        person_id,
        changed_on,
        {{ last_known('base_state', 'person_id', 'changed_on') }} as held_state,
        nullif({{ last_known('base_sub_state', 'person_id', 'changed_on') }}, '') as held_sub_state,
        nullif({{ last_known('rule_ids', 'person_id', 'changed_on') }}, '') as held_rule_ids,
        {% for sign in guards + ['suspended', 'paying_inactive'] -%}
        sum(case when sign_code = '{{ sign }}' then sign_change else 0 end) over so_far as {{ sign | lower }}_count{{ ',' if not loop.last }}
        {% endfor %}
    from steps
    window so_far as (partition by person_id order by changed_on range between unbounded preceding and current row)
),

held as (
    select
        *,
        substr(
            {% for guard in guards -%}
            case when {{ guard | lower }}_count > 0 then ',{{ guard }}' else '' end{{ ' ||' if not loop.last }}
            {% endfor %}, 2
        ) as guard_codes
    from running
    where held_state is not null
),

named as (
    select
        person_id,
        changed_on,
        case
            when held_state in ('new', 'active') and guard_codes != '' then 'at_risk'
            else held_state
        end as state,
        case
            when held_state in ('new', 'active') and guard_codes != '' then null
            when held_state = 'active' and paying_inactive_count > 0 then 'paying_inactive'
            when held_state = 'active' and suspended_count > 0 then 'suspended'
            else held_sub_state
        end as sub_state,
        case
            when held_state in ('new', 'active') and guard_codes != '' then guard_codes
            when held_state = 'active' and paying_inactive_count > 0 then 'D8'
            else held_rule_ids
        end as rule_ids
    from held
),

neighbours as (
    select
        *,
        lag(state) over (partition by person_id order by changed_on) as last_state,
        lag(sub_state) over (partition by person_id order by changed_on) as last_sub_state
    from named
),

changes as (
    select *
    from neighbours
    where
        last_state is null
        or state != last_state
        or coalesce(sub_state, '') != coalesce(last_sub_state, '')
),

final as (
    select
        changes.person_id,
        changes.changed_on as valid_from,
        lead(changes.changed_on) over (partition by changes.person_id order by changes.changed_on) as valid_to,
        changes.state,
        changes.sub_state,
        changes.rule_ids,
        policy.policy_version
    from changes
    cross join policy
)

select * from final
