-- Every usable contact point with the channel it serves and the party that decides over it (a contact's account).
-- Post needs an address that can be printed.
with points as (
    select * from {{ ref('int_identity__contact_point') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

names as (
    select * from {{ ref('int_identity__name') }}
),

channels as (
    select * from {{ rule_in_force('rule_channel_capacity') }}
),

final as (
    select
        points.contact_point_id,
        channels.channel,
        points.person_id,
        coalesce(parties.account_person_id, points.person_id) as target_person_id,
        parties.account_person_id is null as is_own,
        points.value_norm,
        points.value_hash,
        points.rank,
        points.first_seen_on
    from points
    inner join channels on channels.point_type = points.point_type
    inner join parties on parties.person_id = points.person_id
    inner join names on names.person_id = points.person_id
    where
        points.is_valid
        and (
            points.point_type <> 'postal'
            or (names.postal_code is not null and coalesce(names.address_line1, names.city) is not null)
        )
)

select * from final
