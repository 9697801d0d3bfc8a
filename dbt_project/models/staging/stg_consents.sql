with latest as (
    {{ latest_as_known('consents', key=['consent_event_id'], event='consented_at') }}
),

final as (
    select
        {{ global_id('consent_event_id') }} as consent_event_id,
        {{ global_id('party_id') }} as party_key,
        {{ global_id('contact_point_id') }} as contact_point_id,
        channel,
        contact_value,
        purpose,
        action,
        method,
        evidence_ref,
        consented_at,
        source,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
