-- Why customers fell asleep, per month and business type.
with shares as (
    select * from {{ ref('int_cause__kpi') }}
),

names as (
    select * from {{ ref('causes') }}
),

final as (
    select
        shares.month_on,
        shares.business_type,
        shares.cause_code,
        names.label_ja,
        shares.axis,
        names.axis_ja,
        shares.numerator,
        shares.denominator,
        shares.n_count,
        shares.value,
        shares.ci_low,
        shares.ci_high,
        shares.maturity,
        shares.verdict,
        shares.heard_count,
        shares.open_count,
        shares.margin_amount
    from shares
    inner join names on shares.cause_code = names.cause_code
)

select * from final
