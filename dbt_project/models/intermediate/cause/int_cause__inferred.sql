{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- The likeliest causes of each spell as the evidence has it: softmax of prior and weights over the causes with a signal and UNKNOWN.
with spells as (
    select * from {{ concerned(ref('int_cause__spell')) }}
),

evidence as (
    select * from {{ concerned(ref('int_cause__evidence')) }}
    where is_enough
),

priors as (
    select * from {{ ref('int_cause__learned_prior') }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

causes as (
    select * from {{ ref('causes') }}
),

templates as (
    select * from {{ ref('cause_signals') }}
    where signal_code = 'none'
),

-- UNKNOWN always takes part in the comparison with its prior alone
candidates as (
    select
        evidence.person_id,
        evidence.spell_no,
        {{ month_start('spells.last_active_on') }} as effective_on,
        evidence.cause_code,
        evidence.axis,
        evidence.strength_code,
        evidence.strength_ratio,
        evidence.weight,
        evidence.evidence_ja,
        evidence.evidence_refs
    from evidence
    inner join spells on evidence.person_id = spells.person_id and evidence.spell_no = spells.spell_no
    union all
    select
        spells.person_id,
        spells.spell_no,
        {{ month_start('spells.last_active_on') }} as effective_on,
        causes.cause_code,
        causes.axis,
        cast(null as string) as strength_code,
        cast(0 as decimal(18, 6)) as strength_ratio,
        cast(0 as double) as weight,
        templates.evidence_template_ja as evidence_ja,
        cast(null as string) as evidence_refs
    from spells
    cross join templates
    inner join causes on causes.cause_code = 'UNKNOWN'
),

scored as (
    select
        candidates.*,
        candidates.weight + priors.prior_ratio as score,
        max(candidates.weight + priors.prior_ratio) over (
            partition by candidates.person_id, candidates.spell_no
        ) as largest_score,
        max(case when candidates.cause_code = 'UNKNOWN' then 0 else 1 end) over (
            partition by candidates.person_id, candidates.spell_no
        ) as has_evidence
    from candidates
    inner join priors on candidates.cause_code = priors.cause_code and candidates.effective_on = priors.effective_on
),

-- scores are compared with the largest, so that no exponential overflows
weighed as (
    select
        scored.*,
        exp((scored.score - scored.largest_score) / model.temperature_ratio) as likelihood
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
        ranked.evidence_ja,
        ranked.evidence_refs
    from ranked
    cross join model
    where ranked.cause_rank <= model.max_rank_count
)

select * from final
