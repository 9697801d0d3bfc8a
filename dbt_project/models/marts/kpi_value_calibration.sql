-- Does the likelihood of return come true? Predicted against actual, on the last window that is over.
with final as (
    select
        effective_on,
        business_type,
        buyer_class,
        bin_no,
        window_days,
        numerator,
        denominator,
        predicted_ratio,
        actual_ratio,
        ci_low,
        ci_high,
        verdict
    from {{ ref('int_value__calibration_rate') }}
)

select * from final
