{{ config(materialized='replaced', meta={'entity': 'orders', 'record_key': 'order_id'}) }}
-- The lines that came with the order version in force; where lines travel in files of their own, the newest known set.
{% set known_lines -%}
(select * from {{ changed_rows('order_lines', ['order_id'], 'orders') }} as raw_lines where not coalesce(is_deleted, false) and known_at < {{ as_of_end() }})
{%- endset %}
with
{%- if is_partial() %} changed_lines as (
    select * from {{ known_lines }} as lines
),
{% set known_lines = 'changed_lines' %}
{%- endif %}
orders_told_again as (
    {{ told_again_keys('orders', key=['order_id'], event='ordered_at', changed_only=true) }}
),

order_versions as (
    select
        source_system,
        order_id,
        delivery_id
    from ({{ latest_as_known('orders', key=['order_id'], event='ordered_at', changed_only=true, told_again='orders_told_again') }}) as latest
),

-- orders whose lines were told more than once; the others need no sorting
told_again as (
    select
        source_system,
        order_id
    from {{ known_lines }} as lines
    group by source_system, order_id
    having count(*) != {{ count_small_numbers('line_no') }} or min(delivery_id) != max(delivery_id)
),

settled_orders as (
    select
        order_versions.source_system,
        order_versions.order_id
    from order_versions
    left join told_again
        on order_versions.source_system = told_again.source_system and order_versions.order_id = told_again.order_id
    where told_again.order_id is null
),

told_once as (
    select lines.*
    from {{ known_lines }} as lines
    inner join settled_orders on lines.source_system = settled_orders.source_system and lines.order_id = settled_orders.order_id
),

candidates as (
    select
        lines.*,
        lines.delivery_id = order_versions.delivery_id as is_same_delivery,
        max(lines.known_at) over (
            partition by lines.source_system, lines.order_id, lines.delivery_id
        ) as version_known_at
    from {{ known_lines }} as lines
    inner join told_again on lines.source_system = told_again.source_system and lines.order_id = told_again.order_id
    inner join order_versions
        on lines.source_system = order_versions.source_system and lines.order_id = order_versions.order_id
),

newest_set as (
    select *
    from candidates
    qualify dense_rank() over (
        partition by source_system, order_id
        order by
            is_same_delivery desc nulls last, version_known_at desc, business_date desc nulls last,
            delivery_sequence desc nulls last, delivery_id desc
    ) = 1
),

newest_lines as (
    select *
    from newest_set
    qualify row_number() over (
        partition by source_system, order_id, line_no
        order by known_at desc, source_file desc, source_row desc
    ) = 1
),

{% set columns -%}
source_system, order_id, line_no, line_type, product_id, product_name, qty, returned_qty, unit_price, tax_rate, net_amount, cost_amount, known_at
{%- endset %}
chosen as (
    select {{ columns }} from newest_lines
    union all
    select {{ columns }} from told_once
),

final as (
    select
        {{ global_id('order_id') }} as order_id,
        line_no,
        line_type,
        {{ global_id('product_id') }} as product_id,
        product_name,
        qty,
        returned_qty,
        unit_price,
        tax_rate,
        net_amount,
        cost_amount,
        source_system,
        known_at
    from chosen
)

select * from final
