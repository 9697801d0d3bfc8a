{{ config(materialized='replaced', meta={'entity': 'customers', 'record_key': 'customer_key'}) }}
-- Every prefecture a customer was known to live in, from the day it was first known; a return to a former one counts again.
with versions as (
    select
        {{ global_id('source_customer_id') }} as customer_key,
        prefecture_code,
        known_at,
        source_system,
        lag(prefecture_code) over (
            partition by source_system, source_customer_id
            order by known_at, business_date nulls first, delivery_sequence nulls first, source_file, source_row
        ) as previous_prefecture_code
    from {{ changed_rows('customers', ['source_customer_id']) }} as customer_rows
    where {{ counts_already('registered_at') }} and prefecture_code is not null
),

final as (
    select
        customer_key,
        prefecture_code,
        previous_prefecture_code,
        source_system,
        known_at
    from versions
    where prefecture_code is distinct from previous_prefecture_code
)

select * from final
