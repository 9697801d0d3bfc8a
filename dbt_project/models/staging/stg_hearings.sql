with latest as (
    {{ latest_as_known('hearings', key=['hearing_id'], event='heard_at') }}
),

keyed as (
    select
        *,
        {{ global_id('hearing_id') }} as hearing_key
    from latest
),

final as (
    select
        keyed.hearing_key as hearing_id,
        {{ global_id('call_id') }} as call_id,
        {{ global_id('party_id') }} as party_key,
        heard_at,
        channel,
        {{ mapped_reason('keyed.reason_code') }} as reason_code,
        coalesce(masked.masked_text, keyed.reason_text) as reason_text,
        masked.text_key is not null as is_masked,
        competitor_id,
        life_event_code,
        temperature,
        next_contact_on,
        {{ global_id('agent_id') }} as agent_id,
        {{ global_id('script_id') }} as script_id,
        source_system,
        known_at,
        first_known_at,
        purposes
    from keyed
    left join {{ masked_texts('keyed', 'hearing_key', 'reason_text') }} as masked on keyed.hearing_key = masked.text_key
    {{ reason_joins('keyed.source_system', 'keyed.reason_code') }}
)

select * from final
