{{ config(materialized='view') }} -- a day makes every row another one, and costs nothing to count
-- What every axis of the classification measures on as_of: transactions, duration, amount, and where the party belongs.
with parties as (
    select * from {{ ref('int_segment__party') }}
),

final as (
    select
        person_id,
        business_type,
        industry_code,
        employee_band,
        region_ja,
        state,
        sub_state,
        policy_version,
        {{ days_between('last_order_on', as_of()) }} as recency_days,
        {{ days_between('last_touch_on', as_of()) }} as days_since_touch,
        {{ days_between('silent_from_on', as_of()) }} as silent_days,
        tenure_days,
        order_count,
        order_count_12m,
        visits_per_month,
        net_12m_amount,
        lifetime_net_amount,
        lifetime_margin_amount
    from parties
)

select * from final
