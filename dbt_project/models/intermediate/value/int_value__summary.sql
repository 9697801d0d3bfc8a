{{ config(materialized='view') }} -- read once, by int_value__score
-- What the value model needs to know of every party on as_of.
with parties as (
    select * from {{ ref('int_segment__party') }}
),

final as (
    select
        person_id,
        business_type,
        case when order_day_count = 1 then first_category_l1 else 'ALL' end as category_l1,
        order_day_count - 1 as repeat_count,
        coalesce(tenure_days, 0) as active_days,
        greatest({{ days_between('coalesce(first_order_on, first_fact_on)', as_of()) }}, 0) as age_days,
        {{ ratio('lifetime_net_amount', 'order_day_count') }} as mean_amount
    from parties
)

select * from final
