{{ config(materialized='view') }} -- read once, by int_value__score
-- What the value model needs to know of every party on as_of.
with parties as (
    select * from {{ ref('int_identity__party') }}
    where account_person_id is null
),

totals as (
    select * from {{ ref('int_activity__party') }}
),

final as (
    select
        parties.person_id,
        parties.business_type,
        case when totals.order_day_count = 1 then totals.first_category_l1 else 'ALL' end as category_l1,
        coalesce(totals.order_day_count, 0) - 1 as repeat_count,
        coalesce({{ days_between('totals.first_order_on', 'totals.last_order_on') }}, 0) as active_days,
        greatest({{ days_between('coalesce(totals.first_order_on, parties.first_fact_on)', as_of()) }}, 0) as age_days,
        {{ ratio('totals.lifetime_net_amount', 'totals.order_day_count') }} as mean_amount
    from parties
    left join totals on parties.person_id = totals.person_id
)

select * from final
