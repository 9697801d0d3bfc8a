with latest as (
    {{ latest_as_known('subscriptions', key=['subscription_id'], event='started_on') }}
),

final as (
    select
        {{ global_id('subscription_id') }} as subscription_id,
        {{ global_id('party_id') }} as party_key,
        {{ global_id('product_id') }} as product_id,
        course,
        cycle_days,
        started_on,
        status,
        next_delivery_on,
        delivered_count,
        skip_count,
        last_skip_on,
        suspended_from_on,
        suspended_to_on,
        cancelled_on,
        cancel_reason_code,
        cancel_reason_text,
        cancel_channel,
        min_cycles,
        discount_rate,
        discount_reset_on,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
