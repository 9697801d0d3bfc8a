-- Every value that was ever known of a contact point, from the day it was first known: a consent was given for the value of its day.
with final as (
    select
        {{ global_id('contact_point_id') }} as contact_point_id,
        {{ global_id('party_id') }} as party_key,
        value_norm,
        min(known_at) as known_at
    from {{ source('raw', 'contact_points') }}
    where {{ counts_already('registered_at') }} and value_norm is not null
    group by source_system, contact_point_id, party_id, value_norm
)

select * from final
