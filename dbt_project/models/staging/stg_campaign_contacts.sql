with latest as (
    {{ latest_as_known('campaign_contacts', key=['campaign_contact_id'], event='sent_at') }}
),

final as (
    select
        {{ global_id('campaign_contact_id') }} as campaign_contact_id,
        campaign_id,
        {{ global_id('party_id') }} as party_key,
        channel,
        {{ global_id('contact_point_id') }} as contact_point_id,
        sent_at,
        delivered_at,
        bounced_at,
        bounce_type,
        unit_cost_amount,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
