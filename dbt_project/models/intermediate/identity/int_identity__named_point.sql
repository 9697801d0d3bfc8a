-- Which contact point an id of the source speaks of: several ids may name one address or number of a party.
with recorded as (
    select * from {{ ref('stg_contact_points') }}
    where value_norm is not null
),

members as (
    select * from {{ ref('int_identity__member') }}
),

points as (
    select * from {{ ref('int_identity__contact_point') }}
),

final as (
    select
        recorded.contact_point_id as source_contact_point_id,
        points.contact_point_id
    from recorded
    inner join members on recorded.party_key = members.party_key
    inner join points
        on members.person_id = points.person_id
        and recorded.type = points.point_type
        and {{ value_hash(contact_key('recorded.type', 'recorded.value_norm')) }} = points.value_hash
)

select * from final
