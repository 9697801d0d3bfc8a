{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Purchase days on which nothing but subscriptions was delivered, where the delivery is no decision of the customer: the next box of
-- an uninterrupted subscription, or what was still sent after its cancellation.
with subscriptions as (
    select * from {{ concerned(ref('int_dormancy__subscription')) }}
    where is_delivery
),

days as (
    select
        person_id,
        from_on as ordered_on,
        min(case when is_left_over then 1 else 0 end) as is_left_over,
        min(case when is_uninterrupted or is_left_over then 1 else 0 end) as is_no_decision
    from subscriptions
    group by person_id, from_on
),

orders as (
    select
        orders.person_id,
        orders.ordered_on,
        max(case when orders.subscription_id is null and orders.order_type is distinct from 'subscription' then 1 else 0 end) as has_other
    from {{ concerned(ref('int_activity__order')) }} as orders
    inner join days on orders.person_id = days.person_id and orders.ordered_on = days.ordered_on
    where orders.is_valid and days.is_no_decision = 1
    group by orders.person_id, orders.ordered_on
),

final as (
    select
        days.person_id,
        days.ordered_on,
        case when days.is_left_over = 1 then 'left_over' else 'uninterrupted' end as delivery_kind
    from days
    inner join orders on days.person_id = orders.person_id and days.ordered_on = orders.ordered_on
    where orders.has_other = 0 and days.is_no_decision = 1
)

select * from final
