{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- The causes of each spell in order: what somebody told us first, beside it what the evidence had said.
with inferred as (
    select * from {{ concerned(ref('int_cause__inferred')) }}
),

heard as (
    select * from {{ concerned(ref('int_cause__heard')) }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

first_inferred as (
    select * from inferred
    where cause_rank = 1
),

stated as (
    select
        person_id,
        spell_no,
        cast(1 as integer) as cause_rank,
        cause_code,
        axis,
        cast(null as double) as score,
        cast(1 as double) as probability,
        'high' as confidence,
        source,
        is_conflicting,
        evidence_ja,
        evidence_refs
    from heard
),

concluded as (
    select
        inferred.person_id,
        inferred.spell_no,
        inferred.cause_rank + case when heard.person_id is null then 0 else 1 end as cause_rank,
        inferred.cause_code,
        inferred.axis,
        inferred.score,
        inferred.probability,
        inferred.confidence,
        'inferred' as source,
        coalesce(heard.is_conflicting, false) as is_conflicting,
        inferred.evidence_ja,
        inferred.evidence_refs
    from inferred
    left join heard on inferred.person_id = heard.person_id and inferred.spell_no = heard.spell_no
),

ranked as (
    select * from stated
    union all
    select * from concluded
),

final as (
    select
        ranked.person_id,
        ranked.spell_no,
        cast(ranked.cause_rank as integer) as cause_rank,
        ranked.cause_code,
        ranked.axis,
        ranked.score,
        ranked.probability,
        ranked.confidence,
        ranked.source,
        ranked.is_conflicting,
        first_inferred.cause_code as inferred_cause_code,
        first_inferred.probability as inferred_probability,
        first_inferred.confidence as inferred_confidence,
        ranked.evidence_ja,
        ranked.evidence_refs
    from ranked
    cross join model
    left join first_inferred
        on ranked.person_id = first_inferred.person_id and ranked.spell_no = first_inferred.spell_no
    where ranked.cause_rank <= model.max_rank_count
)

select * from final
