{{ config(materialized='replaced', meta={'entity': 'orders', 'record_key': 'order_id'}) }}
with told_again as (
    {{ told_again_keys('orders', key=['order_id'], event='ordered_at', changed_only=true) }}
),

latest as (
    {{ latest_as_known('orders', key=['order_id'], event='ordered_at', changed_only=true, told_again='told_again') }}
),

final as (
    select
        {{ global_id('order_id') }} as order_id,
        order_no,
        {{ global_id('party_id') }} as party_key,
        ordered_at,
        order_type,
        channel,
        store_id,
        status,
        paid_at,
        shipped_at,
        cancelled_at,
        returned_at,
        updated_at,
        currency_code,
        gross_amount,
        discount_amount,
        point_amount,
        shipping_amount,
        tax_amount,
        refund_amount,
        net_amount,
        {{ global_id('subscription_id') }} as subscription_id,
        cycle_no,
        campaign_code,
        media_code,
        is_trial,
        is_gift,
        {{ global_id('ship_to_party_id') }} as ship_to_party_key,
        is_test,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
