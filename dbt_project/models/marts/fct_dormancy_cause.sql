-- The likeliest causes of each spell, with probability and evidence; what a customer told stands first, the inferred one beside it.
with ranked as (
    select * from {{ ref('int_cause__ranked') }}
),

names as (
    select * from {{ ref('causes') }}
),

final as (
    select
        ranked.person_id,
        ranked.spell_no,
        ranked.cause_rank,
        ranked.cause_code,
        names.label_ja,
        ranked.axis,
        names.axis_ja,
        ranked.probability,
        ranked.confidence,
        ranked.source,
        ranked.is_conflicting,
        ranked.inferred_cause_code,
        ranked.inferred_probability,
        ranked.inferred_confidence,
        ranked.evidence_ja,
        ranked.evidence_refs
    from ranked
    inner join names on ranked.cause_code = names.cause_code
)

select * from final
