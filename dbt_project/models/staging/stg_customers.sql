{{ config(materialized='replaced', meta={'entity': 'customers', 'record_key': 'customer_key'}) }}
with latest as (
    {{ latest_as_known('customers', key=['source_customer_id'], event='registered_at', absence_deletes=true, changed_only=true) }}
),

final as (
    select
        {{ global_id('source_customer_id') }} as customer_key,
        source_customer_id,
        {{ global_id('household_id') }} as household_id,
        family_name,
        given_name,
        family_name_kana,
        given_name_kana,
        birth_date,
        gender,
        registered_at,
        withdrawn_at,
        updated_at,
        member_status,
        member_rank,
        first_media_code,
        store_id,
        email,
        phone,
        fax,
        postal_code,
        prefecture_code,
        city,
        address_line1,
        address_line2,
        address_key,
        is_minor,
        is_deceased,
        is_employee,
        is_test,
        source_system,
        first_known_at,
        purposes
    from latest
)

select * from final
