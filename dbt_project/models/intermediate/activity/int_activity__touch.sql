{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- Every contact with a party that we know of, and whether both sides took part. Our own messages are none.
with parties as (
    select * from {{ ref('int_identity__party') }}
),

members as (
    select * from {{ concerned_by(ref('int_identity__member'), 'party_key') }}
),

called as (
    select *
    from {{ ref('int_identity__call') }}
    where {{ is_among('person_id', 'members') }}
),

orders as (
    select * from {{ concerned(ref('int_activity__order')) }}
),

dispositions as (
    select * from {{ ref('dispositions') }}
),

response_types as (
    select * from {{ ref('response_types') }}
),

activities as (
    select
        'activity:' || activity_id as touch_id,
        members.person_id,
        occurred_at,
        coalesce(channel, 'other') as channel,
        direction,
        'activity' as kind,
        coalesce(outcome = 'two_way', false) as is_two_way
    from {{ ref('stg_activities') }} as activities
    inner join members on activities.party_key = members.party_key
),

inquiries as (
    select
        'inquiry:' || inquiry_id as touch_id,
        members.person_id,
        received_at as occurred_at,
        coalesce(channel, 'other') as channel,
        'inbound' as direction,
        case when is_complaint then 'complaint' else 'inquiry' end as kind,
        true as is_two_way
    from {{ ref('stg_inquiries') }} as inquiries
    inner join members on inquiries.party_key = members.party_key
),

calls as (
    select
        'call:' || calls.call_id as touch_id,
        called.person_id,
        calls.started_at as occurred_at,
        'phone' as channel,
        coalesce(calls.direction, 'outbound') as direction,
        case when calls.disposition_code = 'COMPLAINT' then 'complaint' else 'call' end as kind,
        coalesce(dispositions.is_person, calls.direction = 'inbound' and calls.answered_at is not null, false) as is_two_way
    from {{ ref('stg_calls') }} as calls
    inner join called on calls.call_id = called.call_id
    left join dispositions on calls.disposition_code = dispositions.disposition_code
),

responses as (
    select
        'response:' || responses.response_id as touch_id,
        members.person_id,
        responses.responded_at as occurred_at,
        coalesce(responses.source, 'other') as channel,
        'inbound' as direction,
        responses.type as kind,
        coalesce(response_types.is_two_way, false) as is_two_way
    from {{ ref('stg_responses') }} as responses
    inner join members on responses.party_key = members.party_key
    left join response_types on responses.type = response_types.response_type
),

contacts as (
    select * from activities
    union all
    select * from inquiries
    union all
    select * from calls
    union all
    select * from responses
),

final as (
    select
        contacts.touch_id,
        coalesce(parties.account_person_id, parties.person_id) as person_id,
        contacts.occurred_at,
        cast(contacts.occurred_at as date) as touched_on,
        contacts.channel,
        contacts.direction,
        contacts.kind,
        contacts.is_two_way
    from contacts
    inner join parties on contacts.person_id = parties.person_id
    union all
    select
        'order:' || order_id as touch_id,
        person_id,
        ordered_at as occurred_at,
        ordered_on as touched_on,
        'order' as channel,
        'inbound' as direction,
        'order' as kind,
        true as is_two_way
    from orders
    where is_valid and person_id is not null
)

select * from final
