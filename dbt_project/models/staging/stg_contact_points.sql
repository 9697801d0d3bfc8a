with latest as (
    {{ latest_as_known('contact_points', key=['contact_point_id'], event='registered_at', absence_deletes=true) }}
),

final as (
    select
        {{ global_id('contact_point_id') }} as contact_point_id,
        {{ global_id('party_id') }} as party_key,
        type,
        value_norm,
        value_hash,
        rank,
        is_shared,
        is_valid,
        invalid_reason,
        last_success_at,
        bounce_count,
        registered_at,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
