-- Reactivated spells that end on or before their first day, or after which the party is not in the state it woke up to.
with reactivations as (
    select *
    from {{ ref('fct_dormancy_spell') }}
    where end_type = 'reactivated'
),

states as (
    select * from {{ ref('fct_state_spell') }}
)

select
    reactivations.person_id,
    reactivations.spell_no,
    reactivations.dormant_on,
    reactivations.end_on,
    states.state
from reactivations
left join states on reactivations.person_id = states.person_id and reactivations.end_on = states.valid_from
-- leaving on the very day of the order is the last step of that day
where reactivations.end_on <= reactivations.dormant_on or coalesce(states.state, '') not in ('reactivated', 'churned')
