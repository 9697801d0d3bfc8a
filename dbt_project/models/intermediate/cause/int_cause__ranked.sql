-- The likeliest causes of each spell with their probability; UNKNOWN where nothing points anywhere.
with spells as (
    select * from {{ ref('int_dormancy__spell') }}
),

evidence as (
    select * from {{ ref('int_cause__evidence') }}
),

rules as (
    select * from {{ rule_in_force('rule_cause') }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

templates as (
    select * from {{ ref('causes') }}
),

-- UNKNOWN always takes part in the comparison with its prior
scored as (
    select
        evidence.person_id,
        evidence.spell_no,
        evidence.cause_code,
        evidence.axis,
        evidence.strength_code,
        evidence.strength_ratio,
        rules.prior_ratio + evidence.weight as score,
        evidence.evidence_ja,
        evidence.evidence_refs
    from evidence
    inner join rules on evidence.cause_code = rules.cause_code
    union all
    select
        spells.person_id,
        spells.spell_no,
        templates.cause_code,
        templates.axis,
        rules.strength_code,
        rules.strength_ratio,
        rules.prior_ratio as score,
        templates.evidence_template_ja as evidence_ja,
        cast(null as string) as evidence_refs
    from spells
    inner join rules on rules.cause_code = 'UNKNOWN'
    inner join templates on rules.cause_code = templates.cause_code
),

weighed as (
    select
        scored.*,
        exp(cast(scored.score as double) / model.temperature_ratio) as likelihood,
        max(case when scored.cause_code = 'UNKNOWN' then 0 else 1 end) over (
            partition by scored.person_id, scored.spell_no
        ) as has_evidence
    from scored
    cross join model
),

compared as (
    select
        *,
        {{ round9('likelihood / sum(likelihood) over (partition by person_id, spell_no)') }} as probability
    from weighed
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_id, spell_no order by probability desc, strength_ratio desc, cause_code
        ) as cause_rank
    from compared
    where has_evidence = 0 or cause_code != 'UNKNOWN'
),

final as (
    select
        ranked.person_id,
        ranked.spell_no,
        cast(ranked.cause_rank as integer) as cause_rank,
        ranked.cause_code,
        ranked.axis,
        {{ round9('ranked.score') }} as score,
        ranked.probability,
        case
            when ranked.cause_code = 'UNKNOWN' then 'low'
            when ranked.probability >= model.high_ratio and ranked.strength_code in ('A', 'B') then 'high'
            when ranked.probability >= model.medium_ratio then 'medium'
            else 'low'
        end as confidence,
        'inferred' as source,
        ranked.evidence_ja,
        ranked.evidence_refs
    from ranked
    cross join model
    where ranked.cause_rank <= model.max_rank_count
)

select * from final
