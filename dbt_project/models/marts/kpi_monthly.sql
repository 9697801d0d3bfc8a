with final as (
    select
        kpi_code,
        month_on,
        business_type,
        label_ja,
        unit,
        numerator,
        denominator,
        n_count,
        value,
        ci_low,
        ci_high,
        maturity,
        verdict
    from {{ ref('int_measurement__kpi') }}
)

select * from final
