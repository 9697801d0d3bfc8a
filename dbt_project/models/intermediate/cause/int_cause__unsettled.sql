{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Spells whose evidence changes with the days although nothing becomes known: a case that is still open grows older until the last
-- day that counts. A daily run takes these parties up.
with spells as (
    select * from {{ concerned(ref('int_cause__spell')) }}
    where known_until_on > {{ as_of() }}
),

events as (
    select * from {{ concerned(ref('int_cause__event_service')) }}
),

rules as (
    select * from {{ rule_in_force('rule_cause') }}
    where limit_days is not null
),

final as (
    select distinct
        spells.person_id,
        spells.spell_no
    from spells
    inner join events on spells.person_id = events.person_id
    inner join rules on events.signal_code = rules.signal_code
    where events.settled_on is null or events.settled_on > {{ as_of() }}
)

select * from final
