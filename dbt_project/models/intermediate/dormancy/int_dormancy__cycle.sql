{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- One row per stretch between two boundaries and what became of the party in it. Which state a stretch opens with depends on how the
-- one before it ended; most parties' answers follow from the neighbouring stretch alone, the others are run step by step.
--
-- States at the opening, one letter each: L lead, N awake, R reactivated, A asleep and not woken by the boundary, B the same in a
-- spell of D6 (a resumed subscription wakes it), C gone. Boundaries: F first fact, I inbound action of a lead, 1 first event as a
-- customer, O purchase (or use, won deal), S contract start, D delivery of an uninterrupted subscription, P resumed subscription, C leaving.
{% set states = 'NRABCL' %}
with clock as (
    select * from {{ concerned(ref('int_dormancy__clock')) }}
    where clock_on <= {{ as_of() }}
),

ripened as (
    select
        *,
        case when ripe_on <= {{ as_of() }} and (next_clock_on is null or ripe_on < next_clock_on) then ripe_on end as fired_on,
        case when reripe_on <= {{ as_of() }} and (next_clock_on is null or reripe_on < next_clock_on) then reripe_on end as refired_on,
        case when inactive_on <= {{ as_of() }} and (next_clock_on is null or inactive_on < next_clock_on) then inactive_on end as idled_on
    from clock
),

-- who has days that open no stretch; everybody else's days are stretches as they are
longer as (
    select distinct person_id
    from clock
    where boundary is null
),

cycles as (
    select
        ripened.person_id,
        ripened.cycle_no,
        ripened.clock_on as started_on,
        ripened.boundary,
        ripened.opening_state,
        ripened.fired_on,
        ripened.refired_on,
        ripened.idled_on,
        case when ripened.fired_on is not null then ripened.deciding_rule end as fired_rule,
        case when ripened.refired_on is not null then ripened.deciding_rule end as refired_rule
    from ripened
    left join longer on ripened.person_id = longer.person_id
    where longer.person_id is null
    union all
    select
        ripened.person_id,
        ripened.cycle_no,
        min(ripened.clock_on) as started_on,
        min(ripened.boundary) as boundary,
        min_by(ripened.opening_state, ripened.clock_on) as opening_state,
        min(ripened.fired_on) as fired_on,
        min(ripened.refired_on) as refired_on,
        min(ripened.idled_on) as idled_on,
        min_by(ripened.deciding_rule, ripened.fired_on) as fired_rule,
        min_by(ripened.deciding_rule, ripened.refired_on) as refired_rule
    from ripened
    inner join longer on ripened.person_id = longer.person_id
    group by ripened.person_id, ripened.cycle_no
),

linked as (
    select
        *,
        lag(boundary) over by_cycle as last_boundary,
        lag(fired_on) over by_cycle as last_fired_on,
        lag(refired_on) over by_cycle as last_refired_on,
        lag(idled_on) over by_cycle as last_idled_on,
        lag(fired_rule) over by_cycle as last_fired_rule,
        lag(refired_rule) over by_cycle as last_refired_rule,
        lead(started_on) over by_cycle as next_started_on
    from cycles
    window by_cycle as (partition by person_id order by cycle_no)
),

-- from each state at the opening of the stretch before (in the order of `states`) to the state at the opening of this one
steps as (
    select
        *,
        case
            when last_boundary is null then case boundary when 'F' then 'L' when 'C' then 'C' else 'N' end
            when boundary = 'C' then 'CCCCCC'
            when boundary = '1' then 'NNNNNN'
            when boundary = 'O' then
                case when last_fired_on is null then 'N' else 'R' end
                || case when last_refired_on is null then 'N' else 'R' end
                || 'RRRN'
            when boundary = 'S' then
                case when last_fired_on is null then 'N' else 'R' end
                || case when last_refired_on is null and last_idled_on is not null then 'N' else 'R' end
                || 'RRRN'
            when boundary = 'D' then
                case when last_fired_on is null then 'N' when last_fired_rule = 'D6' then 'B' else 'A' end
                || case when last_refired_on is null then 'N' when last_refired_rule = 'D6' then 'B' else 'A' end
                || 'ABCN'
            when boundary = 'P' then
                case when last_fired_on is null then 'N' when last_fired_rule = 'D6' then 'R' else 'A' end
                || case when last_refired_on is null then 'R' when last_refired_rule = 'D6' then 'R' else 'A' end
                || 'ARCN'
            else 'NRABC' || case when last_fired_rule = 'D7' then 'A' else 'L' end
        end as step,
        case
            when last_boundary is null then case boundary when 'F' then 'L' when 'C' then 'C' else 'N' end
            when boundary = 'I' then 'L'
            when boundary = '1' then 'N'
            when last_fired_on is not null then 'R'
            else 'N'
        end as simple_state
    from linked
),

-- whose answers do not follow from the neighbour alone
entangled as (
    select person_id
    from steps
    group by person_id
    having
        max(case when boundary = 'C' then 1 else 0 end) = 1
        or max(case when (fired_on is null) != (refired_on is null) then 1 else 0 end) = 1
        or (
            max(case when refired_on is not null then 1 else 0 end) = 1
            and max(case when boundary in ('D', 'P', 'S') or (boundary = 'I' and last_fired_rule = 'D7') then 1 else 0 end) = 1
        )
),

paths as (
    select
        steps.person_id,
        min(steps.cycle_no) as first_cycle_no,
        {{ run_states('steps.step', 'steps.cycle_no', states) }} as path
    from steps
    inner join entangled on steps.person_id = entangled.person_id
    group by steps.person_id
),

opened as (
    select
        steps.*,
        coalesce(
            {{ state_at('paths.path', 'steps.cycle_no - paths.first_cycle_no + 1') }}, steps.simple_state
        ) as opening_code
    from steps
    left join paths on steps.person_id = paths.person_id
),

final as (
    select
        person_id,
        cycle_no,
        started_on,
        next_started_on,
        boundary,
        opening_code,
        case opening_code
            when 'L' then 'lead'
            when 'N' then opening_state
            when 'R' then 'reactivated'
            when 'C' then 'churned'
        end as opening_state,
        -- paying without using is active: what follows does not follow a reactivation directly
        opening_code = 'R' and coalesce(idled_on > refired_on, idled_on is null) as is_reactivation,
        case when opening_code = 'R' and coalesce(idled_on <= refired_on, true) then idled_on end as idled_on,
        opening_code in ('A', 'B') as is_asleep,
        case
            when opening_code in ('N', 'L') then fired_on
            when opening_code = 'R' then refired_on
        end as dormant_on,
        case
            when opening_code in ('N', 'L') then fired_rule
            when opening_code = 'R' then refired_rule
        end as deciding_rule
    from opened
)

select * from final
