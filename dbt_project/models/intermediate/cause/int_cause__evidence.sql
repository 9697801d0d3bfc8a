-- Evidence per spell and cause, from orders alone for now: first purchase only, growing gaps, falling amounts.
with patterns as (
    select * from {{ ref('int_cause__pattern') }}
),

complaints as (
    select
        person_id,
        touched_on
    from {{ ref('int_activity__touch') }}
    where kind = 'complaint'
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

candidates as (
    select
        patterns.*,
        rules.cause_code,
        templates.axis,
        rules.strength_code,
        rules.strength_ratio,
        rules.limit_ratio,
        rules.min_order_count,
        rules.display_ratio,
        model.min_evidence_ratio,
        templates.evidence_template_ja,
        {{ add_days('patterns.last_order_on', '-rules.lookback_days') }} as searched_from_on,
        {{ add_days('patterns.dormant_on', 'model.after_dormant_days') }} as searched_to_on,
        patterns.gap_variation <= model.abrupt_max_cv_ratio
        and patterns.third_gap_days is not null
        and patterns.first_gap_days is not null
        and patterns.silence_ratio >= model.abrupt_silence_ratio as is_abrupt,
        model.abrupt_forgotten_ratio
    from patterns
    cross join model
    inner join rules on patterns.order_count >= rules.min_order_count
    inner join templates on rules.cause_code = templates.cause_code
),

matching as (
    select *
    from candidates
    where
        strength_ratio >= min_evidence_ratio
        and (
            (cause_code = 'FOR_FIRST' and occasion_no = 1)
            or (
                cause_code = 'FOR_FADE'
                and second_gap_days >= limit_ratio * first_gap_days
                and third_gap_days >= limit_ratio * second_gap_days
            )
            or (cause_code = 'CHG_BUDGET' and amount_ratio <= limit_ratio)
        )
),

-- who complained around the end did not simply forget
complained as (
    select distinct
        matching.person_id,
        matching.spell_no,
        matching.cause_code
    from matching
    inner join complaints
        on matching.person_id = complaints.person_id
        and complaints.touched_on >= matching.searched_from_on
        and complaints.touched_on <= matching.searched_to_on
    where matching.axis = 'forgotten'
),

final as (
    select
        matching.person_id,
        matching.spell_no,
        matching.cause_code,
        matching.axis,
        matching.strength_code,
        matching.strength_ratio,
        {{ round9("""matching.strength_ratio * case
            when matching.is_abrupt and matching.axis = 'forgotten' then matching.abrupt_forgotten_ratio
            else 1
        end""") }} as weight,
        replace(replace(replace(replace(replace(
            matching.evidence_template_ja,
            '{n}', coalesce(cast(matching.days_without_contact as string), '')),
            '{a}', coalesce(cast(matching.first_gap_days as string), '')),
            '{b}', coalesce(cast(matching.second_gap_days as string), '')),
            '{c}', coalesce(cast(matching.third_gap_days as string), '')),
            '{pct}', coalesce(cast(cast(round(matching.amount_ratio * matching.display_ratio) as integer) as string), '')
        ) as evidence_ja,
        'orders:' || matching.last_order_id
        || case when matching.cause_code in ('FOR_FADE', 'CHG_BUDGET') then ',orders:' || matching.second_order_id else '' end
        || case when matching.cause_code = 'FOR_FADE' then ',orders:' || matching.third_order_id else '' end as evidence_refs
    from matching
    left join complained
        on matching.person_id = complained.person_id
        and matching.spell_no = complained.spell_no
        and matching.cause_code = complained.cause_code
    where complained.person_id is null
)

select * from final
