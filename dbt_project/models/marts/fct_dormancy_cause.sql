-- The likeliest causes of each spell, with probability and evidence; inferred until a customer says otherwise.
with final as (
    select
        person_id,
        spell_no,
        cause_rank,
        cause_code,
        axis,
        probability,
        confidence,
        source,
        evidence_ja,
        evidence_refs
    from {{ ref('int_cause__ranked') }}
)

select * from final
