with latest as (
    {{ latest_as_known('campaigns', key=['campaign_id'], event='start_on') }}
),

final as (
    select
        campaign_id,
        name,
        objective,
        start_on,
        end_on,
        response_window_days,
        budget_amount,
        offer_id,
        approved_by,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
