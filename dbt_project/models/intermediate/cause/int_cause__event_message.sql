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
        cast(null as string) as word_a,
        stops.evidence_ref
    from (
        select party_key, consented_at as event_at, 'consents:' || consent_event_id as evidence_ref from consents
        union all
        select party_key, responded_at as event_at, 'responses:' || response_id as evidence_ref from responses
    ) as stops
    inner join members on stops.party_key = members.party_key
),

-- an order that came back whole is no purchase: it lies after the last valid one
sent_back as (
    select
        orders.person_id,
        'returned' as signal_code,
        coalesce(cast(source_orders.returned_at as date), orders.ordered_on) as event_on,
        '全品' as word_a,
        'orders:' || orders.order_id as evidence_ref
    from orders
    left join source_orders on orders.order_id = source_orders.order_id
),

sent_back_in_part as (
    select
        valid_orders.person_id,
        'returned' as signal_code,
        coalesce(cast(source_orders.returned_at as date), valid_orders.ordered_on) as event_on,
        '一部' as word_a,
        'orders:' || valid_orders.order_id as evidence_ref
    from valid_orders
    inner join returned_lines on valid_orders.order_id = returned_lines.order_id
    left join source_orders on valid_orders.order_id = source_orders.order_id
),

events as (
    select * from unsubscribed
    union all
    select * from sent_back
    union all
    select * from sent_back_in_part
),

final as (
    select
        person_id,
        signal_code,
        cast(null as string) as cause_code,
        event_on,
        cast(null as date) as settled_on,
        cast(1 as double) as intensity_ratio,
        word_a,
        cast(null as string) as word_b,
        evidence_ref
    from events
)

select * from final
