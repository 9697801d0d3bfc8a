-- How good the inferred causes are, against what customers told.
with final as (
    select
        kpi_code,
        dimension_code,
        dimension_value,
        inferred_cause_code,
        heard_cause_code,
        bin_no,
        numerator,
        denominator,
        n_count,
        value,
        expected_value,
        ci_low,
        ci_high,
        verdict
    from {{ ref('int_cause__accuracy') }}
)

select * from final
