with final as (
    select
        rule_id,
        business_type,
        category_l1,
        elapsed_days,
        at_risk_count,
        return_count,
        hazard_ratio,
        survival_ratio
    from {{ ref('int_measurement__return_curve') }}
)

select * from final
