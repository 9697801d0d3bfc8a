-- Every list price a product was known to have, from the day it was first known.
with versions as (
    select
        {{ global_id('product_id') }} as product_id,
        list_price,
        known_at,
        source_system,
        lag(list_price) over (
            partition by source_system, product_id
            order by known_at, business_date nulls first, delivery_sequence nulls first, source_file, source_row
        ) as previous_list_price
    from {{ source('raw', 'products') }}
    where known_at < {{ as_of_end() }} and list_price is not null
),

final as (
    select
        product_id,
        list_price,
        previous_list_price,
        source_system,
        known_at
    from versions
    where list_price is distinct from previous_list_price
)

select * from final
