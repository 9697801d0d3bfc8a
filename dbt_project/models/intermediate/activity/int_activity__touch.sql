{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Every contact with a party that we know of, and whether both sides took part. Our own messages are none.
with parties as (
    select * from {{ ref('int_identity__party') }}
),

members as (
    select * from {{ ref('int_identity__member') }}
),

orders as (
    {{ of_concern(ref('int_activity__order')) }}
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
        party_key,
        occurred_at,
        coalesce(channel, 'other') as channel,
        direction,
        'activity' as kind,
        coalesce(outcome = 'two_way', false) as is_two_way
    from ({{ of_concern(ref('stg_activities'), 'party_key') }}) as activities
),

inquiries as (
    select
        'inquiry:' || inquiry_id as touch_id,
        party_key,
        received_at as occurred_at,
        coalesce(channel, 'other') as channel,
        'inbound' as direction,
        case when is_complaint then 'complaint' else 'inquiry' end as kind,
        true as is_two_way
    from ({{ of_concern(ref('stg_inquiries'), 'party_key') }}) as inquiries
),

calls as (
    select
        'call:' || calls.call_id as touch_id,
        calls.party_key,
        calls.started_at as occurred_at,
        'phone' as channel,
        coalesce(calls.direction, 'outbound') as direction,
        case when calls.disposition_code = 'COMPLAINT' then 'complaint' else 'call' end as kind,
        coalesce(dispositions.is_person, calls.direction = 'inbound' and calls.answered_at is not null, false) as is_two_way
    from ({{ of_concern(ref('stg_calls'), 'party_key') }}) as calls
    left join dispositions on calls.disposition_code = dispositions.disposition_code
),

responses as (
    select
        'response:' || responses.response_id as touch_id,
        responses.party_key,
        responses.responded_at as occurred_at,
        coalesce(responses.source, 'other') as channel,
        'inbound' as direction,
        responses.type as kind,
        coalesce(response_types.is_two_way, false) as is_two_way
    from ({{ of_concern(ref('stg_responses'), 'party_key') }}) as responses
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
    inner join members on contacts.party_key = members.party_key
    inner join parties on members.person_id = parties.person_id
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
