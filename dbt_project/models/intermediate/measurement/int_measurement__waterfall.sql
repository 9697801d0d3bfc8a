-- Everybody is accounted for: each known party without account stands in exactly one leaf, with the first reason that decided.
with parties as (
    select * from {{ ref('int_identity__party') }}
    where account_person_id is null
),

current_states as (
    select * from {{ ref('int_dormancy__current') }}
),

decisions as (
    select * from {{ ref('int_allocation__decision') }}
),

steps as (
    select * from {{ ref('waterfall_steps') }}
),

states as (
    select * from {{ ref('states') }}
),

channels as (
    select * from {{ ref('channels') }}
),

reasons as (
    select reason_code, label_ja from {{ ref('decision_reasons') }}
    union all
    select suppression_code as reason_code, label_ja from {{ rule_in_force('rule_suppression') }}
    union all
    select state as reason_code, label_ja from states
    union all
    select channel as reason_code, label_ja from channels
),

placed as (
    select
        parties.person_id,
        case
            when decisions.person_id is null then 'not_dormant'
            when decisions.outcome = decisions.channel then 'allocated'
            else decisions.outcome
        end as step,
        case
            when decisions.person_id is null then coalesce(current_states.state, 'lead')
            when decisions.outcome = decisions.channel then decisions.channel
            else decisions.first_reason
        end as reason_code,
        decisions.person_id is not null as is_dormant,
        coalesce(decisions.outcome not in ('suppressed', 'deferred'), false) as is_eligible
    from parties
    left join current_states on current_states.person_id = parties.person_id
    left join decisions on decisions.person_id = parties.person_id
),

leaves as (
    select step, reason_code, count(*) as party_count
    from placed
    group by step, reason_code
),

subtotals as (
    select 'universe' as step, count(*) as party_count from placed
    union all
    select 'dormant' as step, count(*) as party_count from placed
    where is_dormant
    union all
    select 'eligible' as step, count(*) as party_count from placed
    where is_eligible
),

counted as (
    select step, reason_code, party_count from leaves
    union all
    select step, 'ALL' as reason_code, party_count from subtotals
),

final as (
    select
        {{ as_of() }} as as_of,
        steps.step_no,
        counted.step,
        counted.reason_code,
        steps.label_ja as step_label_ja,
        coalesce(reasons.label_ja, steps.label_ja) as label_ja,
        steps.is_leaf,
        counted.party_count
    from counted
    inner join steps on steps.step = counted.step
    left join reasons on reasons.reason_code = counted.reason_code
)

select * from final
