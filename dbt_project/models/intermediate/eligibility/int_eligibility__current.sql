-- One row per party without account: the channels that are open, the first reason where none is, and a promised next contact.
with permissions as (
    select * from {{ ref('int_eligibility__channel') }}
),

heard as (
    select * from {{ ref('int_identity__hearing') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

hearings as (
    select * from {{ ref('stg_hearings') }}
),

open_channels as (
    select
        person_id,
        count(*) as permitted_channel_count,
        {{ sorted_list('channel') }} as permitted_channels
    from permissions
    where is_permitted
    group by person_id
),

first_reason as (
    select person_id, first_code
    from permissions
    where not is_permitted
    qualify row_number() over (partition by person_id order by first_priority_no, first_code) = 1
),

-- the newest hearing says when to come back
last_hearing as (
    select
        coalesce(parties.account_person_id, parties.person_id) as person_id,
        hearings.next_contact_on
    from hearings
    inner join heard on heard.hearing_id = hearings.hearing_id
    inner join parties on parties.person_id = heard.person_id
    qualify row_number() over (
        partition by coalesce(parties.account_person_id, parties.person_id)
        order by hearings.heard_at desc, hearings.hearing_id
    ) = 1
),

final as (
    select
        parties.person_id,
        coalesce(open_channels.permitted_channel_count, 0) as permitted_channel_count,
        open_channels.permitted_channels,
        coalesce(open_channels.permitted_channel_count, 0) > 0 as is_contactable,
        case when open_channels.person_id is null then first_reason.first_code end as suppression_code,
        case when last_hearing.next_contact_on > {{ as_of() }} then last_hearing.next_contact_on end as deferred_until_on
    from parties
    left join open_channels on open_channels.person_id = parties.person_id
    left join first_reason on first_reason.person_id = parties.person_id
    left join last_hearing on last_hearing.person_id = parties.person_id
    where parties.account_person_id is null
)

select * from final
