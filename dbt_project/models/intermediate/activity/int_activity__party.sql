{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- What every party that ever acted has bought so far, and when both sides last spoke: the totals that states, value and segments read.
with order_days as (
    select * from {{ concerned(ref('int_activity__order_day')) }}
),

orders as (
    select * from {{ concerned(ref('int_activity__order')) }}
    where is_valid
),

touches as (
    select * from {{ concerned(ref('int_activity__touch')) }}
    where is_two_way
),

parties as (
    select * from {{ concerned(ref('int_identity__party')) }}
),

value_rules as (
    select * from {{ rule_in_force('rule_value') }}
),

last_days as (
    select
        order_days.person_id,
        order_days.ordered_on as last_order_on,
        {{ add_months('order_days.ordered_on', '-value_rules.lookback_months') }} as window_from_on
    from order_days
    inner join parties on order_days.person_id = parties.person_id
    inner join value_rules on parties.business_type = value_rules.business_type
    where order_days.next_on is null
),

bought as (
    select
        order_days.person_id,
        sum(order_days.order_count) as order_count,
        count(*) as order_day_count,
        min(order_days.ordered_on) as first_order_on,
        max(order_days.ordered_on) as last_order_on,
        sum(order_days.net_amount) as net_amount,
        sum(order_days.margin_amount) as margin_amount,
        sum(case when order_days.ordered_on > last_days.window_from_on then order_days.order_count else 0 end) as order_count_12m,
        sum(case when order_days.ordered_on > last_days.window_from_on then 1 else 0 end) as order_day_count_12m,
        sum(case when order_days.ordered_on > last_days.window_from_on then order_days.net_amount else 0 end) as net_12m_amount,
        sum(case when order_days.ordered_on > last_days.window_from_on then order_days.margin_amount else 0 end) as margin_12m_amount
    from order_days
    inner join last_days on order_days.person_id = last_days.person_id
    group by order_days.person_id
),

first_categories as (
    select
        orders.person_id,
        orders.category_l1
    from orders
    inner join order_days
        on orders.person_id = order_days.person_id
        and orders.ordered_on = order_days.ordered_on
    where order_days.occasion_no = 1
    qualify row_number() over (partition by orders.person_id order by orders.net_amount desc, orders.category_l1) = 1
),

-- a valid order is a two-way contact, so that whoever bought is here
spoken as (
    select
        person_id,
        max(touched_on) as last_touch_on
    from touches
    group by person_id
),

final as (
    select
        spoken.person_id,
        spoken.last_touch_on,
        bought.first_order_on,
        bought.last_order_on,
        cast(coalesce(bought.order_count, 0) as integer) as order_count,
        cast(coalesce(bought.order_day_count, 0) as integer) as order_day_count,
        {{ money('coalesce(bought.net_amount, 0)') }} as lifetime_net_amount,
        {{ money('coalesce(bought.margin_amount, 0)') }} as lifetime_margin_amount,
        cast(coalesce(bought.order_count_12m, 0) as integer) as order_count_12m,
        cast(coalesce(bought.order_day_count_12m, 0) as integer) as order_day_count_12m,
        {{ money('coalesce(bought.net_12m_amount, 0)') }} as net_12m_amount,
        {{ money('coalesce(bought.margin_12m_amount, 0)') }} as margin_12m_amount,
        first_categories.category_l1 as first_category_l1
    from spoken
    left join bought on spoken.person_id = bought.person_id
    left join first_categories on spoken.person_id = first_categories.person_id
)

select * from final
