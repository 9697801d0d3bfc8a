-- Parties that are dormant without an open spell, have an open spell without being dormant, or have two.
with dormant_parties as (
    select person_id
    from {{ ref('fct_state_spell') }}
    where state = 'dormant' and valid_to is null
),

open_spells as (
    select
        person_id,
        count(*) as spell_count
    from {{ ref('fct_dormancy_spell') }}
    where end_on is null
    group by person_id
)

select
    coalesce(dormant_parties.person_id, open_spells.person_id) as person_id,
    open_spells.spell_count
from dormant_parties
full outer join open_spells on dormant_parties.person_id = open_spells.person_id
where dormant_parties.person_id is null or coalesce(open_spells.spell_count, 0) != 1
