{{ config(materialized='replaced', meta={'replace_by': 'party', 'entity': 'orders', 'record_key': 'order_id'}) }}
-- One row per order as known: is it a purchase, and what was it worth. Cancelled orders and orders without a person stay.
with orders as (
    select * from {{ concerned_by(ref('stg_orders'), 'party_key', 'orders', 'order_id') }}
),

lines as (
    select *
    from {{ ref('stg_order_lines') }}
    where {{ is_among('order_id', 'orders') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

members as (
    select * from {{ ref('int_identity__member') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

statuses as (
    select * from {{ ref('order_statuses') }}
),

exchange_rates as (
    select * from {{ ref('rule_exchange_rate') }}
),

reporting as (
    select reporting_currency_code from {{ rule_in_force('rule_reporting') }}
),

value_rules as (
    select * from {{ rule_in_force('rule_value') }}
),

line_values as (
    select
        order_id,
        line_type,
        product_id,
        case when qty > 0 then qty else 0 end as ordered_qty,
        case when qty > 0 then least(greatest(coalesce(returned_qty, 0), 0), qty) else 0 end as returned_qty,
        coalesce(net_amount, qty * unit_price, 0) as line_amount,
        cost_amount
    from lines
),

line_parts as (
    select
        *,
        case when ordered_qty > 0 then line_amount * returned_qty / ordered_qty else 0 end as returned_amount,
        case when ordered_qty > 0 then cost_amount * (ordered_qty - returned_qty) / ordered_qty else cost_amount end as kept_cost_amount
    from line_values
),

line_totals as (
    select
        order_id,
        sum(case when line_type = 'goods' then line_amount end) as goods_amount,
        sum(case when line_type = 'goods' then returned_amount else 0 end) as returned_amount,
        sum(case when line_type = 'discount' then abs(line_amount) else 0 end) as discount_amount,
        sum(case when line_type = 'point' then abs(line_amount) else 0 end) as point_amount,
        sum(case when line_type = 'goods' then ordered_qty else 0 end) as ordered_qty,
        sum(case when line_type = 'goods' then returned_qty else 0 end) as returned_qty,
        sum(case when line_type = 'goods' then kept_cost_amount end) as cost_amount,
        sum(case when line_type = 'goods' and kept_cost_amount is null then 1 else 0 end) as costless_count
    from line_parts
    group by order_id
),

category_totals as (
    select
        line_parts.order_id,
        products.category_l1,
        sum(line_parts.line_amount - line_parts.returned_amount) as category_amount
    from line_parts
    inner join products on line_parts.product_id = products.product_id
    where line_parts.line_type = 'goods' and products.category_l1 is not null
    group by line_parts.order_id, products.category_l1
),

main_category as (
    select
        order_id,
        category_l1
    from category_totals
    qualify row_number() over (partition by order_id order by category_amount desc, category_l1) = 1
),

facts as (
    select
        orders.order_id,
        coalesce(parties.account_person_id, parties.person_id) as person_id,
        coalesce(parties.business_type, 'b2c') as business_type,
        orders.ordered_at,
        cast(orders.ordered_at as date) as ordered_on,
        orders.order_type,
        orders.status,
        coalesce(statuses.is_order, true) as is_order,
        (coalesce(statuses.is_cancelled, false) and orders.cancelled_at is null)
        or coalesce(cast(orders.cancelled_at as date) <= {{ as_of() }}, false) as is_cancelled,
        (coalesce(statuses.is_returned, false) and coalesce(cast(orders.returned_at as date) <= {{ as_of() }}, true))
        or (coalesce(line_totals.ordered_qty, 0) > 0 and line_totals.returned_qty >= line_totals.ordered_qty) as is_returned,
        coalesce(orders.is_test, false) or coalesce(parties.is_test, false) or coalesce(parties.is_employee, false) as is_internal,
        coalesce(orders.is_trial, false) as is_trial,
        orders.subscription_id,
        orders.channel,
        orders.campaign_code,
        coalesce(orders.currency_code, reporting.reporting_currency_code) as currency_code,
        orders.net_amount as given_net_amount,
        orders.gross_amount - coalesce(orders.tax_amount, 0) - coalesce(orders.shipping_amount, 0) as total_amount,
        line_totals.goods_amount,
        coalesce(line_totals.returned_amount, 0) as returned_amount,
        greatest(abs(coalesce(orders.discount_amount, 0)), coalesce(line_totals.discount_amount, 0)) as discount_amount,
        greatest(abs(coalesce(orders.point_amount, 0)), coalesce(line_totals.point_amount, 0)) as point_amount,
        abs(coalesce(orders.refund_amount, 0)) as refund_amount,
        case when line_totals.costless_count = 0 then line_totals.cost_amount end as cost_amount,
        coalesce(line_totals.ordered_qty - line_totals.returned_qty, 0) as qty,
        coalesce(main_category.category_l1, 'ALL') as category_l1,
        cast(orders.cancelled_at as date) as cancelled_on,
        cast(orders.returned_at as date) as returned_on,
        orders.first_known_at,
        orders.known_at,
        reporting.reporting_currency_code
    from orders
    cross join reporting
    left join line_totals on orders.order_id = line_totals.order_id
    left join main_category on orders.order_id = main_category.order_id
    left join statuses on orders.status = statuses.order_status
    left join members on orders.party_key = members.party_key
    left join parties on members.person_id = parties.person_id
),

-- a net that the source states is final; otherwise goods less discount, points and the larger of refund and returned goods
valued as (
    select
        *,
        coalesce(
            given_net_amount + point_amount + refund_amount,
            goods_amount - discount_amount,
            total_amount,
            0
        ) as before_refund_amount,
        {{ money("""coalesce(
            given_net_amount,
            goods_amount - discount_amount - point_amount - greatest(refund_amount, returned_amount),
            total_amount - refund_amount,
            0
        )""") }} as source_net_amount
    from facts
),

judged as (
    select
        *,
        is_order and not is_cancelled and not is_returned and not is_internal and before_refund_amount > 0 as is_valid
    from valued
),

converted as (
    select
        judged.*,
        case
            when judged.currency_code = judged.reporting_currency_code then 1
            else exchange_rates.exchange_ratio
        end as exchange_ratio
    from judged
    left join exchange_rates
        on judged.currency_code = exchange_rates.from_currency_code
        and judged.reporting_currency_code = exchange_rates.to_currency_code
        and judged.ordered_on >= exchange_rates.valid_from
        and (exchange_rates.valid_to is null or judged.ordered_on < exchange_rates.valid_to)
),

final as (
    select
        converted.order_id,
        converted.person_id,
        converted.ordered_at,
        converted.ordered_on,
        converted.order_type,
        converted.status,
        converted.is_valid,
        converted.is_cancelled,
        converted.is_returned,
        converted.is_trial,
        {{ money_times('converted.source_net_amount', 'converted.exchange_ratio') }} as net_amount,
        converted.source_net_amount,
        converted.currency_code,
        case
            when converted.cost_amount is not null
                then {{ money_times('(converted.source_net_amount - converted.cost_amount)', 'converted.exchange_ratio') }}
            else {{ money_times(money_times('converted.source_net_amount', 'converted.exchange_ratio'), 'value_rules.margin_ratio') }}
        end as margin_amount,
        case when converted.cost_amount is not null then 'cost' else 'rate' end as margin_basis,
        converted.category_l1,
        cast(converted.qty as bigint) as qty,
        converted.channel,
        converted.campaign_code,
        converted.subscription_id,
        converted.is_internal,
        case when converted.cancelled_on <= {{ as_of() }} then converted.cancelled_on end as cancelled_on,
        case when converted.returned_on <= {{ as_of() }} then converted.returned_on end as returned_on,
        converted.first_known_at,
        converted.known_at
    from converted
    left join value_rules on converted.business_type = value_rules.business_type
)

select * from final
