with latest as (
    {{ latest_as_known('calls', key=['call_id'], event='started_at') }}
),

final as (
    select
        {{ global_id('call_id') }} as call_id,
        direction,
        {{ global_id('party_id') }} as party_key,
        list_row_id,
        dialled_number,
        started_at,
        answered_at,
        ended_at,
        ring_sec,
        talk_sec,
        acw_sec,
        attempt_no,
        {{ global_id('agent_id') }} as agent_id,
        system_result,
        disposition_code,
        recall_at,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
