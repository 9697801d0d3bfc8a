{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Evidence per spell and cause: a family of signals counts once, with its heaviest; the heaviest sentences stand for all.
with signals as (
    select * from {{ concerned(ref('int_cause__signal')) }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

family_heads as (
    select *
    from signals
    qualify row_number() over (
        partition by person_id, spell_no, cause_code, family_code
        order by weight desc, event_on desc, signal_code, evidence_refs
    ) = 1
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_id, spell_no, cause_code order by weight desc, event_on desc, signal_code, evidence_refs
        ) as sentence_no,
        count(*) over (partition by person_id, spell_no, cause_code) as sentence_count,
        max(evidence_ratio) over (partition by person_id, spell_no) as strongest_ratio
    from family_heads
),

-- most causes have one sentence; only several are put together
several as (
    select
        ranked.person_id,
        ranked.spell_no,
        ranked.cause_code,
        ranked.axis,
        min(ranked.strength_code) as strength_code,
        max(ranked.strength_ratio) as strength_ratio,
        sum(ranked.weight) as weight,
        {{ ordered_list("case when ranked.sentence_no <= model.max_evidence_count then ranked.evidence_ja end", 'ranked.sentence_no', '／') }} as evidence_ja,
        {{ ordered_list("case when ranked.sentence_no <= model.max_evidence_count then ranked.evidence_refs end", 'ranked.sentence_no') }} as evidence_refs,
        max(ranked.strongest_ratio) as strongest_ratio
    from ranked
    cross join model
    where ranked.sentence_count > 1
    group by ranked.person_id, ranked.spell_no, ranked.cause_code, ranked.axis
),

causes as (
    select * from several
    union all
    select
        person_id,
        spell_no,
        cause_code,
        axis,
        strength_code,
        strength_ratio,
        weight,
        evidence_ja,
        evidence_refs,
        strongest_ratio
    from ranked
    where sentence_count = 1
),

final as (
    select
        causes.person_id,
        causes.spell_no,
        causes.cause_code,
        causes.axis,
        causes.strength_code,
        causes.strength_ratio,
        {{ round9('causes.weight') }} as weight,
        causes.evidence_ja,
        causes.evidence_refs,
        causes.strongest_ratio >= model.min_evidence_ratio as is_enough
    from causes
    cross join model
)

select * from final
