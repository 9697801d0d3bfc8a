-- Dormant on as_of without a decision, or decided without being dormant.
with dormant as (
    select spells.person_id
    from {{ ref('fct_state_spell') }} as spells
    where
        spells.state = 'dormant'
        and spells.valid_from <= {{ as_of() }}
        and (spells.valid_to is null or spells.valid_to > {{ as_of() }})
),

decisions as (
    select person_id, count(*) as decision_count
    from {{ ref('fct_decision') }}
    where as_of = {{ as_of() }}
    group by person_id
)

select
    coalesce(dormant.person_id, decisions.person_id) as person_id,
    decisions.decision_count
from dormant
full outer join decisions on decisions.person_id = dormant.person_id
where dormant.person_id is null or decisions.decision_count is null or decisions.decision_count <> 1
