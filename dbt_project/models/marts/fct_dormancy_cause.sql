-- The likeliest causes of each spell, with probability and evidence; inferred until a customer says otherwise.
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
        ranked.evidence_ja,
        ranked.evidence_refs
    from ranked
    inner join names on ranked.cause_code = names.cause_code
)

select * from final
