with latest as (
    {{ latest_as_known('subscription_events', key=['subscription_id', 'event_at', 'type'], event='event_at') }}
),

final as (
    select
        {{ global_id('subscription_id') }} as subscription_id,
        event_at,
        type,
        {{ mapped_reason('latest.reason_code') }} as reason_code,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
    {{ reason_joins('latest.source_system', 'latest.reason_code') }}
)

select * from final
