with latest as (
    {{ latest_as_known('market_events', key=['event_id'], event='from_on') }}
),

final as (
    select
        {{ global_id('event_id') }} as event_id,
        scope,
        scope_value,
        kind,
        from_on,
        to_on,
        severity,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
