with final as (
    select
        as_of,
        rule_id,
        business_type,
        category_l1,
        configured_days,
        recommended_days,
        ci_low,
        ci_high,
        n_count,
        return_count,
        before_ratio,
        after_ratio,
        gain_value,
        verdict
    from {{ ref('int_measurement__threshold_review') }}
)

select * from final
