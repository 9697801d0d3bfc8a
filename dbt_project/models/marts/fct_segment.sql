{{ config(materialized='month_ends') }}
-- Bands, value and likelihood of return of every party on the run's as_of and on the ends of months before.
with segments as (
    select * from {{ ref('int_segment__current') }}
),

cpm as (
    select * from {{ ref('cpm_classes') }}
),

tiers as (
    select * from {{ ref('int_priority__tier') }}
),

worth as (
    select * from {{ ref('int_value__current') }}
),

final as (
    select
        {{ as_of() }} as as_of,
        segments.person_id,
        segments.state,
        segments.sub_state,
        segments.recency_days,
        segments.order_count,
        segments.net_12m_amount,
        segments.silent_days,
        segments.r_band,
        segments.f_band,
        segments.m_band,
        segments.duration_band,
        segments.segment_id,
        segments.policy_version,
        worth.p_alive,
        worth.expected_orders,
        worth.expected_value_amount,
        worth.return_likelihood,
        worth.lifetime_net_amount as historic_clv_amount,
        worth.predicted_clv_amount,
        worth.total_clv_amount,
        worth.order_count as historic_order_count,
        worth.predicted_order_count,
        worth.average_gap_days,
        worth.average_order_value_amount,
        worth.churn_probability,
        worth.expected_next_order_on,
        segments.strategy_code,
        segments.cpm_class,
        cpm.label_ja as cpm_label_ja,
        segments.r_score,
        segments.f_score,
        segments.m_score,
        segments.rfm_score,
        tiers.tier_code,
        segments.order_count_12m,
        segments.visits_per_month,
        segments.days_since_touch,
        segments.lifetime_margin_amount,
        segments.business_type,
        segments.industry_code,
        segments.employee_band,
        segments.region_ja
    from segments
    left join cpm on segments.cpm_class = cpm.cpm_class
    left join tiers on segments.person_id = tiers.person_id
    inner join worth on segments.person_id = worth.person_id
)

select * from final
