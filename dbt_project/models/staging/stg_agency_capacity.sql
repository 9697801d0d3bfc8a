with latest as (
    {{ latest_as_known('agency_capacity', key=['agency_id', 'capacity_on']) }}
),

final as (
    select
        {{ global_id('agency_id') }} as agency_id,
        capacity_on,
        seats,
        hours,
        calls_per_hour,
        max_calls,
        industries,
        contract_ref,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
