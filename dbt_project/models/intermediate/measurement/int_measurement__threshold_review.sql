-- The threshold that the customers themselves suggest beside the configured one, per rule, business and category.
with silences as (
    select * from {{ ref('int_measurement__silence') }}
),

fits as (
    select * from {{ ref('int_measurement__threshold_fit') }}
),

rules as (
    select * from {{ rule_in_force('rule_threshold_review') }}
),

counted as (
    select
        rule_id,
        business_type,
        category_l1,
        sum(n_count) as n_count,
        sum(return_count) as return_count,
        {{ ratio('sum(sum_dormant_days)', 'sum(n_count)') }} as configured_days
    from silences
    group by rule_id, business_type, category_l1
),

as_it_is as (
    select * from fits
    where replicate_no = 0
),

drawn as (
    select
        *,
        row_number() over (partition by rule_id, business_type, category_l1 order by break_days, replicate_no) as place_no,
        count(*) over (partition by rule_id, business_type, category_l1) as drawn_count
    from fits
    where replicate_no > 0
),

bounds as (
    select
        drawn.rule_id,
        drawn.business_type,
        drawn.category_l1,
        min(case when drawn.place_no >= rules.tail_ratio * drawn.drawn_count then drawn.break_days end) as low_days,
        min(case when drawn.place_no >= (1 - rules.tail_ratio) * drawn.drawn_count then drawn.break_days end) as high_days
    from drawn
    inner join rules on drawn.business_type = rules.business_type
    group by drawn.rule_id, drawn.business_type, drawn.category_l1
),

judged as (
    select
        counted.*,
        as_it_is.break_days as recommended_days,
        least(bounds.low_days, as_it_is.break_days) as ci_low,
        greatest(bounds.high_days, as_it_is.break_days) as ci_high,
        as_it_is.before_ratio,
        as_it_is.after_ratio,
        as_it_is.gain_value,
        coalesce(
            counted.return_count >= rules.min_return_count and as_it_is.gain_value >= rules.min_gain_value, false
        ) as is_enough
    from counted
    inner join rules on counted.business_type = rules.business_type
    left join as_it_is
        on counted.rule_id = as_it_is.rule_id
        and counted.business_type = as_it_is.business_type
        and counted.category_l1 = as_it_is.category_l1
    left join bounds
        on counted.rule_id = bounds.rule_id
        and counted.business_type = bounds.business_type
        and counted.category_l1 = bounds.category_l1
),

final as (
    select
        {{ as_of() }} as as_of,
        rule_id,
        business_type,
        category_l1,
        cast(round(configured_days) as integer) as configured_days,
        case when is_enough then cast(recommended_days as integer) end as recommended_days,
        case when is_enough then {{ round9('ci_low') }} end as ci_low,
        case when is_enough then {{ round9('ci_high') }} end as ci_high,
        cast(n_count as bigint) as n_count,
        cast(return_count as bigint) as return_count,
        before_ratio,
        after_ratio,
        gain_value,
        case
            when not is_enough then '判定不能'
            when configured_days < ci_low then '延ばす'
            when configured_days > ci_high then '縮める'
            else '設定どおり'
        end as verdict
    from judged
)

select * from final
