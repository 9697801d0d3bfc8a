{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- How long what a party bought lasts, on days whose last order is mainly a product with usage days: used_up_on is the day on which
-- everything bought so far of such products is used up. Stock at home is used before what comes on top of it.
with order_days as (
    select * from {{ concerned(ref('int_activity__order_day')) }}
),

orders as (
    select
        order_id,
        person_id,
        ordered_on
    from {{ concerned(ref('int_activity__order')) }}
    where is_valid and person_id is not null
),

lines as (
    select
        order_id,
        product_id,
        coalesce(net_amount, qty * unit_price, 0) as line_amount,
        case when qty > 0 then qty else 0 end as ordered_qty,
        case when qty > 0 then least(greatest(coalesce(returned_qty, 0), 0), qty) else 0 end as returned_qty
    from {{ ref('stg_order_lines') }}
    where line_type = 'goods' and {{ is_among('order_id', 'orders') }}
),

products as (
    select
        product_id,
        usage_days
    from {{ ref('stg_products') }}
    where usage_days > 0
),

-- one row per order and product with usage days
bought as (
    select
        orders.person_id,
        orders.ordered_on,
        orders.order_id,
        lines.product_id,
        products.usage_days,
        sum(products.usage_days * (lines.ordered_qty - lines.returned_qty)) as supply_days
    from lines
    inner join products on lines.product_id = products.product_id
    inner join orders on lines.order_id = orders.order_id
    group by orders.person_id, orders.ordered_on, orders.order_id, lines.product_id, products.usage_days
),

by_day as (
    select
        person_id,
        ordered_on,
        sum(supply_days) as supply_days
    from bought
    where supply_days > 0
    group by person_id, ordered_on
),

added_up as (
    select
        *,
        sum(supply_days) over (
            partition by person_id order by ordered_on rows between unbounded preceding and current row
        ) as total_supply_days
    from by_day
),

-- used_up = max(used_up before, day) + supply, written without looking back: the latest of (day - supply before it) + all supply
used_up as (
    select
        *,
        max({{ add_days('ordered_on', 'supply_days - total_supply_days') }}) over (
            partition by person_id order by ordered_on rows between unbounded preceding and current row
        ) as shifted_on,
        lead(ordered_on) over (partition by person_id order by ordered_on) as next_supply_on
    from added_up
),

main_products as (
    select
        order_days.person_id,
        order_days.ordered_on,
        lines.product_id,
        sum(case
            when lines.ordered_qty > 0
                then lines.line_amount * (lines.ordered_qty - lines.returned_qty) / lines.ordered_qty
            else lines.line_amount
        end) as product_amount
    from order_days
    inner join (select distinct order_id from bought) as candidates on order_days.last_order_id = candidates.order_id
    inner join lines on order_days.last_order_id = lines.order_id
    group by order_days.person_id, order_days.ordered_on, lines.product_id
),

largest as (
    select * from main_products
    qualify row_number() over (partition by person_id, ordered_on order by product_amount desc, product_id) = 1
),

final as (
    select
        largest.person_id,
        largest.ordered_on,
        largest.product_id,
        cast(products.usage_days as integer) as usage_days,
        {{ add_days('used_up.shifted_on', 'used_up.total_supply_days') }} as used_up_on
    from largest
    inner join products on largest.product_id = products.product_id
    inner join used_up
        on largest.person_id = used_up.person_id
        and used_up.ordered_on <= largest.ordered_on
        and (used_up.next_supply_on is null or largest.ordered_on < used_up.next_supply_on)
)

select * from final
