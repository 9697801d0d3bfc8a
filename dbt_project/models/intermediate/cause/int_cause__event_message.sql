{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Stops of our messages by the customer, and orders that came back.
with consents as (
    select * from {{ ref('stg_consents') }}
    where action = 'withdraw' and channel in ('email', 'sms', 'all')
),

responses as (
    select * from {{ ref('stg_responses') }}
    where type = 'unsubscribe'
),

orders as (
    select * from {{ concerned(ref('int_activity__order')) }}
    where person_id is not null and is_returned and not is_valid
),

source_orders as (
    select * from {{ ref('stg_orders') }}
    where returned_at is not null
),

returned_lines as (
    select distinct order_id
    from {{ ref('stg_order_lines') }}
    where returned_qty > 0
),

valid_orders as (
    select * from {{ concerned(ref('int_activity__order')) }}
    where person_id is not null and is_valid
),

members as (
    select * from {{ concerned(ref('int_identity__member')) }}
),

unsubscribed as (
    select
        members.person_id,
        'unsubscribed' as signal_code,
        cast(stops.event_at as date) as event_on,
        cast(null as date) as current_to_on,
        cast(null as string) as word_a,
        stops.evidence_ref
    from (
        select party_key, consented_at as event_at, 'consents:' || consent_event_id as evidence_ref from consents
        union all
        select party_key, responded_at as event_at, 'responses:' || response_id as evidence_ref from responses
    ) as stops
    inner join members on stops.party_key = members.party_key
),

-- an order that came back whole is no purchase
came_back as (
    select person_id, order_id, ordered_on, '全品' as word_a
    from orders
    union all
    select valid_orders.person_id, valid_orders.order_id, valid_orders.ordered_on, '一部' as word_a
    from valid_orders
    inner join returned_lines on valid_orders.order_id = returned_lines.order_id
),

-- with the next valid order it was not the last one any more
followed as (
    select
        came_back.order_id,
        min(valid_orders.ordered_on) as next_order_on
    from came_back
    inner join valid_orders
        on came_back.person_id = valid_orders.person_id and valid_orders.ordered_on > came_back.ordered_on
    group by came_back.order_id
),

sent_back as (
    select
        came_back.person_id,
        'returned' as signal_code,
        coalesce(cast(source_orders.returned_at as date), came_back.ordered_on) as event_on,
        followed.next_order_on as current_to_on,
        came_back.word_a,
        'orders:' || came_back.order_id as evidence_ref
    from came_back
    left join source_orders on came_back.order_id = source_orders.order_id
    left join followed on came_back.order_id = followed.order_id
),

events as (
    select * from unsubscribed
    union all
    select * from sent_back
),

final as (
    select
        person_id,
        signal_code,
        cast(null as string) as cause_code,
        event_on,
        cast(null as date) as settled_on,
        cast(null as date) as current_from_on,
        current_to_on,
        cast(1 as double) as intensity_ratio,
        word_a,
        cast(null as string) as word_b,
        evidence_ref
    from events
)

select * from final
