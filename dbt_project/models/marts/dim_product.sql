-- Products of the masters, and products that only order lines know.
with products as (
    select * from {{ ref('stg_products') }}
),

lines as (
    select
        product_id,
        min(source_system) as source_system,
        min(product_name) as product_name
    from {{ ref('stg_order_lines') }}
    where line_type = 'goods' and product_id is not null
    group by product_id
),

final as (
    select
        coalesce(products.product_id, lines.product_id) as product_id,
        coalesce(products.source_system, lines.source_system) as source_system,
        coalesce(products.name, lines.product_name) as product_name,
        products.category_l1,
        products.category_l2,
        products.list_price,
        products.cost,
        products.usage_days,
        products.season_from,
        products.season_to,
        products.lifecycle,
        products.discontinued_on,
        products.successor_product_id,
        products.min_age,
        products.claim_regulated,
        products.product_id is not null as is_in_master
    from products
    full outer join lines on products.product_id = lines.product_id
)

select * from final
