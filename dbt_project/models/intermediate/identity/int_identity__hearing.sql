-- Who said it: the party that the source of a hearing names, else the party of its call.
with hearings as (
    select * from {{ ref('stg_hearings') }}
),

members as (
    select * from {{ ref('int_identity__member') }}
),

called as (
    select * from {{ ref('int_identity__call') }}
),

final as (
    select
        hearings.hearing_id,
        coalesce(members.person_id, called.person_id) as person_id
    from hearings
    left join members on hearings.party_key = members.party_key
    left join called on hearings.call_id = called.call_id
    where coalesce(members.person_id, called.person_id) is not null
)

select * from final
