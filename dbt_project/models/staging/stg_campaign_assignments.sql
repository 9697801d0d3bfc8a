with latest as (
    {{ latest_as_known('campaign_assignments', key=['campaign_id', 'party_id'], event='assigned_at') }}
),

final as (
    select
        campaign_id,
        {{ global_id('party_id') }} as party_key,
        cell,
        stratum,
        priority_tier,
        cause_code,
        assigned_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
