{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Purchase days on which nothing but subscriptions was delivered, where the delivery is no decision of the customer: the next box of
-- an uninterrupted subscription, or one of a subscription whose cancellation was the leaving.
with subscriptions as (
    select * from {{ concerned(ref('int_dormancy__subscription')) }}
    where is_delivery
),

subscribers as (
    select * from {{ concerned(ref('int_dormancy__subscriber')) }}
),

orders as (
    select
        person_id,
        ordered_on,
        max(case when subscription_id is null and order_type is distinct from 'subscription' then 1 else 0 end) as has_other
    from {{ concerned(ref('int_activity__order')) }}
    where is_valid and person_id is not null
    group by person_id, ordered_on
),

days as (
    select
        subscriptions.person_id,
        subscriptions.from_on as ordered_on,
        min(case when subscriptions.is_uninterrupted then 1 else 0 end) as is_uninterrupted,
        min(case when subscriptions.is_cancelled_for_good and subscribers.active_count = 0 then 1 else 0 end) as is_left_over,
        min(case
            when subscriptions.is_uninterrupted or (subscriptions.is_cancelled_for_good and subscribers.active_count = 0) then 1
            else 0
        end) as is_no_decision
    from subscriptions
    inner join subscribers
        on subscriptions.person_id = subscribers.person_id and subscriptions.from_on = subscribers.from_on
    group by subscriptions.person_id, subscriptions.from_on
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
