with latest as (
    {{ latest_as_known('responses', key=['response_id'], event='responded_at') }}
),

final as (
    select
        {{ global_id('response_id') }} as response_id,
        campaign_id,
        {{ global_id('party_id') }} as party_key,
        type,
        responded_at,
        source,
        {{ global_id('order_id') }} as order_id,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
