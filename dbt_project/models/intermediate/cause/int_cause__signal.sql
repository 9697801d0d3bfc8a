{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Every signal of a spell with its weight: strength x intensity, fading with the days between the event and the purchase
-- that did not come; an abrupt stop makes events weigh more and forgetting less. Forgetting is
-- assumed only where nothing else is known.
with spells as (
    select * from {{ concerned(ref('int_cause__spell')) }}
),

patterns as (
    select * from {{ concerned(ref('int_cause__pattern')) }}
),

rules as (
    select * from {{ rule_in_force('rule_cause') }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

causes as (
    select * from {{ ref('causes') }}
),

templates as (
    select * from {{ ref('cause_signals') }}
),

signals as (
    select * from {{ concerned(ref('int_cause__signal_event')) }}
    union all
    select * from {{ concerned(ref('int_cause__signal_pattern')) }}
    union all
    select * from {{ concerned(ref('int_cause__signal_product')) }}
    union all
    select * from {{ concerned(ref('int_cause__signal_market')) }}
    union all
    select * from {{ concerned(ref('int_cause__signal_reach')) }}
),

judged as (
    select
        signals.*,
        rules.family_code,
        rules.strength_code,
        rules.strength_ratio,
        rules.decay_days,
        rules.is_barred_by_evidence,
        causes.axis,
        spells.expected_on,
        templates.evidence_template_ja,
        model.abrupt_event_ratio,
        model.abrupt_forgotten_ratio,
        coalesce(
            patterns.first_gap_days is not null
            and patterns.gap_variation <= model.abrupt_max_cv_ratio
            and patterns.silence_ratio >= model.abrupt_silence_ratio,
            false
        ) as is_abrupt,
        max(case
            when causes.axis = 'dissatisfied' then 1
            when rules.strength_code in ('A', 'B') and causes.axis != 'forgotten' then 1
            else 0
        end) over (partition by signals.person_id, signals.spell_no) as has_contrary_evidence
    from signals
    cross join model
    inner join spells on signals.person_id = spells.person_id and signals.spell_no = spells.spell_no
    inner join rules on signals.signal_code = rules.signal_code and signals.cause_code = rules.cause_code
    inner join causes on signals.cause_code = causes.cause_code
    inner join templates on signals.signal_code = templates.signal_code
    left join patterns on signals.person_id = patterns.person_id and signals.spell_no = patterns.spell_no
),

final as (
    select
        person_id,
        spell_no,
        cause_code,
        axis,
        signal_code,
        family_code,
        strength_code,
        strength_ratio,
        event_on,
        {{ round9('strength_ratio * intensity_ratio') }} as evidence_ratio,
        {{ round9("""strength_ratio * intensity_ratio
            * exp(-abs(cast(""" ~ days_between('event_on', 'expected_on') ~ """ as double)) / decay_days)
            * case when is_abrupt and strength_code = 'B' then abrupt_event_ratio else 1 end
            * case when is_abrupt and axis = 'forgotten' then abrupt_forgotten_ratio else 1 end""") }} as weight,
        replace(replace(replace(replace(replace(replace(
            evidence_template_ja,
            '{date}', cast(event_on as string)),
            '{a}', coalesce(word_a, '')),
            '{b}', coalesce(word_b, '')),
            '{c}', coalesce(word_c, '')),
            '{n}', coalesce(cast(silent_days as string), '')),
            '{count}', cast(event_count as string)
        ) as evidence_ja,
        evidence_refs
    from judged
    where not is_barred_by_evidence or has_contrary_evidence = 0
)

select * from final
