{{ config(materialized='replaced', meta={'entity': 'orders', 'record_key': 'order_id'}) }}
-- The lines that came with the order version in force; where lines travel in files of their own, the newest known set.
with order_versions as (
    {{ latest_as_known('orders', key=['order_id'], event='ordered_at', changed_only=true) }}
),

candidates as (
    select
        lines.*,
        lines.delivery_id = order_versions.delivery_id as is_same_delivery,
        max(lines.known_at) over (
            partition by lines.source_system, lines.order_id, lines.delivery_id
        ) as version_known_at
    from {{ source('raw', 'order_lines') }} as lines
    inner join order_versions
        on lines.source_system = order_versions.source_system and lines.order_id = order_versions.order_id
    where
        not coalesce(lines.is_deleted, false)
        and lines.known_at < {{ as_of_end() }}
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
    from newest_lines
)

select * from final
