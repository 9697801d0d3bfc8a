{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Signals that are the shape of the orders themselves; they are dated at the expected next purchase.
with patterns as (
    select * from {{ concerned(ref('int_cause__pattern')) }}
),

rules as (
    select * from {{ rule_in_force('rule_cause') }}
),

category_rules as (
    select * from {{ rule_in_force('rule_cause_category') }}
),

category_starts as (
    select
        person_id,
        category_l1,
        min(ordered_on) as first_bought_on
    from {{ concerned(ref('int_activity__order')) }}
    where is_valid and person_id is not null
    group by person_id, category_l1
),

needs as (
    select
        patterns.person_id,
        patterns.spell_no,
        category_rules.signal_code
    from patterns
    inner join category_rules on patterns.category_l1 = category_rules.category_l1
    inner join category_starts
        on patterns.person_id = category_starts.person_id and patterns.category_l1 = category_starts.category_l1
    where
        (category_rules.signal_code = 'one_off' and patterns.occasion_no = 1)
        or (
            category_rules.signal_code = 'age_out'
            and {{ add_days('category_starts.first_bought_on', 'category_rules.limit_days') }} <= patterns.expected_on
        )
),

matching as (
    select
        patterns.*,
        rules.signal_code,
        rules.cause_code,
        rules.scale_ratio
    from patterns
    inner join rules on patterns.order_count >= coalesce(rules.min_order_count, 1)
    left join needs
        on patterns.person_id = needs.person_id
        and patterns.spell_no = needs.spell_no
        and rules.signal_code = needs.signal_code
    where
        needs.signal_code is not null
        or (
            rules.signal_code = 'first_only'
            and patterns.occasion_no = 1
            and coalesce(patterns.days_without_opening > rules.limit_days, true)
        )
        or (
            rules.signal_code = 'fading'
            and patterns.second_gap_days >= rules.limit_ratio * patterns.first_gap_days
            and patterns.third_gap_days >= rules.limit_ratio * patterns.second_gap_days
        )
        or (rules.signal_code = 'amount_fall' and patterns.amount_ratio <= rules.limit_ratio)
        or (rules.signal_code = 'discount_only' and patterns.discounted_ratio >= rules.limit_ratio)
        or (rules.signal_code = 'season_missed' and patterns.deciding_rule = 'SEASONAL')
),

final as (
    select
        person_id,
        spell_no,
        signal_code,
        cause_code,
        expected_on as event_on,
        cast(1 as double) as intensity_ratio,
        case signal_code
            when 'first_only' then cast(days_without_contact as string)
            when 'fading' then cast(first_gap_days as string)
            when 'amount_fall' then cast(cast(round(amount_ratio * scale_ratio) as integer) as string)
            when 'discount_only' then cast(cast(round(discounted_ratio * scale_ratio) as integer) as string)
            else category_l1
        end as word_a,
        cast(second_gap_days as string) as word_b,
        cast(third_gap_days as string) as word_c,
        cast(null as integer) as silent_days,
        cast(1 as integer) as event_count,
        'orders:' || last_order_id
        || case when signal_code in ('fading', 'amount_fall', 'discount_only') then ',orders:' || second_order_id else '' end
        || case when signal_code in ('fading', 'discount_only') then ',orders:' || third_order_id else '' end as evidence_refs
    from matching
)

select * from final
