with latest as (
    {{ latest_as_known('privacy_requests', key=['request_id'], event='received_on') }}
),

final as (
    select
        {{ global_id('request_id') }} as request_id,
        {{ global_id('party_id') }} as party_key,
        kind,
        received_on,
        identity_verified_on,
        completed_on,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
