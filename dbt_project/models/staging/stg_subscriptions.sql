with latest as (
    {{ latest_as_known('subscriptions', key=['subscription_id'], event='started_on') }}
),

keyed as (
    select
        *,
        {{ global_id('subscription_id') }} as subscription_key
    from latest
),

final as (
    select
        keyed.subscription_key as subscription_id,
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
        {{ mapped_reason('keyed.cancel_reason_code') }} as cancel_reason_code,
        coalesce(masked.masked_text, keyed.cancel_reason_text) as cancel_reason_text,
        cancel_channel,
        min_cycles,
        discount_rate,
        discount_reset_on,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from keyed
    left join {{ masked_texts('keyed', 'subscription_key', 'cancel_reason_text') }} as masked
        on keyed.subscription_key = masked.text_key
    {{ reason_joins('keyed.source_system', 'keyed.cancel_reason_code') }}
)

select * from final
