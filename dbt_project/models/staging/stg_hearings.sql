with latest as (
    {{ latest_as_known('hearings', key=['hearing_id'], event='heard_at') }}
),

final as (
    select
        {{ global_id('hearing_id') }} as hearing_id,
        {{ global_id('call_id') }} as call_id,
        {{ global_id('party_id') }} as party_key,
        heard_at,
        channel,
        reason_code,
        reason_text,
        competitor_id,
        life_event_code,
        temperature,
        next_contact_on,
        {{ global_id('agent_id') }} as agent_id,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
