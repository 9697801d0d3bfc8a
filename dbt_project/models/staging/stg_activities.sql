with latest as (
    {{ latest_as_known('activities', key=['activity_id'], event='occurred_at') }}
),

final as (
    select
        {{ global_id('activity_id') }} as activity_id,
        {{ global_id('party_id') }} as party_key,
        {{ global_id('deal_id') }} as deal_id,
        channel,
        direction,
        occurred_at,
        outcome,
        next_action_on,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
