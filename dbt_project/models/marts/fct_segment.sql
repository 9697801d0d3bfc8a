{{ config(materialized='month_ends') }}
-- Bands, value and likelihood of return of every party on the run's as_of and on the ends of months before.
with segments as (
    select * from {{ ref('int_segment__current') }}
),

measures as (
    select * from {{ ref('int_segment__measure') }}
),

grid as (
    select * from {{ ref('int_segment__grid') }}
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
        measures.state,
        measures.sub_state,
        measures.recency_days,
        measures.order_count,
        measures.net_12m_amount,
        measures.silent_days,
        grid.r_band,
        grid.f_band,
        grid.m_band,
        grid.duration_band,
        segments.segment_id,
        measures.policy_version,
        worth.p_alive,
        worth.expected_orders,
        worth.expected_value_amount,
        worth.return_likelihood,
        measures.lifetime_net_amount as historic_clv_amount,
        worth.predicted_clv_amount,
        worth.total_clv_amount,
        measures.order_count as historic_order_count,
        worth.predicted_order_count,
        worth.average_gap_days,
        worth.average_order_value_amount,
        worth.churn_probability,
        worth.expected_next_order_on,
        grid.strategy_code,
        segments.cpm_class,
        cpm.label_ja as cpm_label_ja,
        segments.r_score,
        segments.f_score,
        segments.m_score,
        cast(segments.r_score as string) || cast(segments.f_score as string) || cast(segments.m_score as string) as rfm_score,
        tiers.tier_code,
        measures.order_count_12m,
        measures.visits_per_month,
        measures.days_since_touch,
        measures.lifetime_margin_amount,
        measures.business_type,
        measures.industry_code,
        measures.employee_band,
        measures.region_ja
    from segments
    inner join measures on segments.person_id = measures.person_id
    inner join grid on measures.business_type = grid.business_type and segments.segment_id = grid.segment_id
    left join cpm on segments.cpm_class = cpm.cpm_class
    left join tiers on segments.person_id = tiers.person_id
    inner join worth on segments.person_id = worth.person_id
)

select * from final
