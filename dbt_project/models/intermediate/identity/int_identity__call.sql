-- Whom a call was with: the party its source names, else whoever stood on the row of our list that an agency called from. The
-- list history keeps the id of its day; the party may have another one since.
with calls as (
    select * from {{ ref('stg_calls') }}
),

members as (
    select * from {{ ref('int_identity__member') }}
),

list_rows as (
    select * from {{ ref('stg_list_rows') }}
    where list_row_id is not null
),

former_ids as (
    select * from {{ ref('int_identity__former_id') }}
),

listed as (
    select
        list_rows.list_row_id,
        coalesce(former_ids.person_id, list_rows.person_id) as person_id
    from list_rows
    left join former_ids on list_rows.person_id = former_ids.former_person_id
),

final as (
    select
        calls.call_id,
        coalesce(members.person_id, listed.person_id) as person_id
    from calls
    left join members on calls.party_key = members.party_key
    left join listed on calls.list_row_id = listed.list_row_id
    where coalesce(members.person_id, listed.person_id) is not null
)

select * from final
