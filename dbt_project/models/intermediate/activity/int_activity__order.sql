{{ config(materialized='replaced', meta={'replace_by': 'party_with_news', 'entity': 'orders', 'record_key': 'order_id'}) }}
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
        lines.order_id,
        lines.line_type,
        case when lines.line_type = 'goods' then products.category_l1 end as category_l1,
        case when lines.qty > 0 then lines.qty else 0 end as ordered_qty,
        case when lines.qty > 0 then least(greatest(coalesce(lines.returned_qty, 0), 0), lines.qty) else 0 end as returned_qty,
        coalesce(lines.net_amount, lines.qty * lines.unit_price, 0) as line_amount,
        lines.cost_amount
    from lines
    left join products on lines.product_id = products.product_id
),

line_parts as (
    select
        *,
        case when ordered_qty > 0 then line_amount * returned_qty / ordered_qty else 0 end as returned_amount,
        case when ordered_qty > 0 then cost_amount * (ordered_qty - returned_qty) / ordered_qty else cost_amount end as kept_cost_amount
    from line_values
),

line_figures as (
    select
        order_id,
        case when line_type = 'goods' then line_amount end as goods_amount,
        case when line_type = 'goods' then returned_amount else 0 end as returned_amount,
        case when line_type = 'discount' then abs(line_amount) else 0 end as discount_amount,
        case when line_type = 'point' then abs(line_amount) else 0 end as point_amount,
        case when line_type = 'goods' then ordered_qty else 0 end as ordered_qty,
        case when line_type = 'goods' then returned_qty else 0 end as returned_qty,
        case when line_type = 'goods' then kept_cost_amount end as cost_amount,
        case when line_type = 'goods' and kept_cost_amount is null then 1 else 0 end as costless_count,
        category_l1
    from line_parts
),

-- an order of one line is worth what the line is; only several lines are added up
of_several_lines as (
    select order_id
    from line_figures
    group by order_id
    having count(*) > 1
),

sums as (
    select
        line_figures.order_id,
        sum(line_figures.goods_amount) as goods_amount,
        sum(line_figures.returned_amount) as returned_amount,
        sum(line_figures.discount_amount) as discount_amount,
        sum(line_figures.point_amount) as point_amount,
        sum(line_figures.ordered_qty) as ordered_qty,
        sum(line_figures.returned_qty) as returned_qty,
        sum(line_figures.cost_amount) as cost_amount,
        sum(line_figures.costless_count) as costless_count,
        min(line_figures.category_l1) as first_category_l1,
        max(line_figures.category_l1) as last_category_l1
    from line_figures
    inner join of_several_lines on line_figures.order_id = of_several_lines.order_id
    group by line_figures.order_id
),

line_totals as (
    select * from sums
    union all
    select
        line_figures.*,
        line_figures.category_l1 as last_category_l1
    from line_figures
    left join of_several_lines on line_figures.order_id = of_several_lines.order_id
    where of_several_lines.order_id is null
),

-- most orders hold goods of one category; only where there are several they are weighed
category_totals as (
    select
        line_figures.order_id,
        line_figures.category_l1,
        sum(line_figures.goods_amount - line_figures.returned_amount) as category_amount
    from line_figures
    inner join sums on line_figures.order_id = sums.order_id and sums.first_category_l1 != sums.last_category_l1
    where line_figures.category_l1 is not null
    group by line_figures.order_id, line_figures.category_l1
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
        coalesce(main_category.category_l1, line_totals.first_category_l1, 'ALL') as category_l1,
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

priced as (
    select
        converted.*,
        {{ money_times('converted.source_net_amount', 'converted.exchange_ratio') }} as net_amount,
        {{ money_times('(converted.source_net_amount - converted.cost_amount)', 'converted.exchange_ratio') }} as known_margin_amount
    from converted
),

final as (
    select
        priced.order_id,
        priced.person_id,
        priced.ordered_at,
        priced.ordered_on,
        priced.order_type,
        priced.status,
        priced.is_valid,
        priced.is_cancelled,
        priced.is_returned,
        priced.is_trial,
        priced.net_amount,
        priced.source_net_amount,
        priced.currency_code,
        case
            when priced.cost_amount is not null then priced.known_margin_amount
            else {{ money_times('priced.net_amount', 'value_rules.margin_ratio') }}
        end as margin_amount,
        case when priced.cost_amount is not null then 'cost' else 'rate' end as margin_basis,
        priced.category_l1,
        cast(priced.qty as bigint) as qty,
        priced.channel,
        priced.campaign_code,
        priced.subscription_id,
        priced.is_internal,
        priced.discount_amount > 0 as is_discounted,
        case when priced.cancelled_on <= {{ as_of() }} then priced.cancelled_on end as cancelled_on,
        case when priced.returned_on <= {{ as_of() }} then priced.returned_on end as returned_on,
        priced.first_known_at,
        priced.known_at
    from priced
    left join value_rules on priced.business_type = value_rules.business_type
)

select * from final
