-- Parties whose valid orders and purchase days disagree in number or money.
with orders as (
    select
        person_id,
        count(*) as order_count,
        sum(net_amount) as net_amount
    from {{ ref('fct_order') }}
    where person_id is not null
    group by person_id
),

order_days as (
    select
        person_id,
        sum(order_count) as order_count,
        sum(net_amount) as net_amount
    from {{ ref('int_activity__order_day') }}
    group by person_id
)

select
    coalesce(orders.person_id, order_days.person_id) as person_id,
    orders.order_count,
    order_days.order_count as day_order_count
from orders
full outer join order_days on orders.person_id = order_days.person_id
where
    orders.order_count is distinct from order_days.order_count
    or orders.net_amount is distinct from order_days.net_amount
