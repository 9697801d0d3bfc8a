with latest as (
    {{ latest_as_known('agents', key=['agent_id']) }}
),

final as (
    select
        {{ global_id('agent_id') }} as agent_id,
        team,
        skills,
        is_dedicated,
        hourly_cost,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
