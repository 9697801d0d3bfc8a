with latest as (
    {{ latest_as_known('life_events', key=['party_id', 'code', 'occurred_on'], event='occurred_on') }}
),

final as (
    select
        {{ global_id('party_id') }} as party_key,
        code,
        occurred_on,
        source,
        confidence,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
