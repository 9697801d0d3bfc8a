{{ config(materialized='replaced', meta={'entity': 'customers', 'record_key': 'customer_key'}) }}
-- Every set of identifying values that was ever known of a customer, from the day it was first known. Values that were
-- changed or deleted later stay: they remain evidence of who somebody is.
with final as (
    select
        {{ global_id('source_customer_id') }} as customer_key,
        source_system,
        source_customer_id,
        family_name,
        given_name,
        family_name_kana,
        given_name_kana,
        birth_date,
        email,
        phone,
        postal_code,
        min(known_at) as known_at
    from {{ changed_rows('customers', ['source_customer_id']) }} as customer_rows
    where {{ counts_already('registered_at') }}
    group by
        source_system, source_customer_id, family_name, given_name, family_name_kana, given_name_kana, birth_date,
        email, phone, postal_code
)

select * from final
