{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Two marks of each spell for the marts: perhaps already gone (nobody has asked yet), or merely forgotten.
with ranked as (
    select * from {{ concerned(ref('int_cause__ranked')) }}
    where cause_rank = 1
),

evidence as (
    select * from {{ concerned(ref('int_cause__evidence')) }}
),

spells as (
    select * from {{ concerned(ref('int_dormancy__spell')) }}
),

suspicious as (
    select distinct
        person_id,
        spell_no
    from evidence
    where axis = 'dissatisfied' or cause_code = 'EXT_COMPETITOR'
),

final as (
    select
        ranked.person_id,
        ranked.spell_no,
        spells.end_on is null and ranked.source = 'inferred' and suspicious.person_id is not null as is_suspected_churn,
        ranked.axis = 'forgotten' as is_forgotten
    from ranked
    inner join spells on ranked.person_id = spells.person_id and ranked.spell_no = spells.spell_no
    left join suspicious on ranked.person_id = suspicious.person_id and ranked.spell_no = suspicious.spell_no
)

select * from final
