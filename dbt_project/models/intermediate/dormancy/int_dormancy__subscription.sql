{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- What each subscription (定期) was on every day on which something about it changed, half-open [from_on, to_on): running, paused or
-- cancelled, when it was last delivered, until when it keeps every rule from deciding, and when it lapses.
with subscriptions as (
    select
        subscriptions.*,
        coalesce(parties.account_person_id, parties.person_id) as person_id
    from {{ ref('stg_subscriptions') }} as subscriptions
    inner join {{ concerned(ref('int_identity__member')) }} as members on subscriptions.party_key = members.party_key
    inner join {{ concerned(ref('int_identity__party')) }} as parties on members.person_id = parties.person_id
),

subscription_events as (
    select
        subscription_id,
        cast(event_at as date) as event_on,
        event_at,
        type,
        reason_code
    from {{ ref('stg_subscription_events') }}
),

orders as (
    select
        person_id,
        order_type,
        subscription_id,
        ordered_on
    from {{ concerned(ref('int_activity__order')) }}
    where is_valid and person_id is not null and (subscription_id is not null or order_type = 'subscription')
),

churn_reasons as (
    select reason_code
    from {{ rule_in_force('rule_churn') }}
    where evidence_code = 'subscription'
),

rules as (
    select * from {{ ref('int_dormancy__rule') }}
),

-- a delivery that does not say of which subscription belongs to the only one there is
only_subscriptions as (
    select
        person_id,
        min(subscription_id) as subscription_id
    from subscriptions
    group by person_id
    having count(*) = 1
),

deliveries as (
    select distinct
        subscriptions.subscription_id,
        orders.ordered_on as event_on
    from orders
    left join only_subscriptions on orders.person_id = only_subscriptions.person_id
    inner join subscriptions
        on coalesce(orders.subscription_id, only_subscriptions.subscription_id) = subscriptions.subscription_id
),

-- the table of subscriptions speaks where no event of the same kind was sent for that day
said_by_event as (
    select
        subscription_id,
        event_on,
        case
            when type in ('start', 'resume', 'restart') then 'active'
            when type = 'suspend' then 'suspended'
            when type = 'cancel' then 'cancelled'
        end as status,
        type in ('resume', 'restart') as is_resumption,
        type as kind,
        reason_code
    from subscription_events
    where type in ('start', 'resume', 'restart', 'suspend', 'cancel')
),

said_by_table as (
    select
        subscription_id,
        started_on as event_on,
        'active' as status,
        false as is_resumption,
        'start' as kind,
        cast(null as string) as reason_code
    from subscriptions
    union all
    select
        subscription_id,
        case
            when suspended_from_on is not null then suspended_from_on
            else greatest(started_on, cast(first_known_at as date))
        end as event_on,
        'suspended' as status,
        false as is_resumption,
        'suspend' as kind,
        cast(null as string) as reason_code
    from subscriptions
    where
        suspended_from_on is not null
        or (
            status = 'suspended'
            and subscription_id not in (select subscription_id from subscription_events where type = 'suspend')
        )
    union all
    select
        subscription_id,
        suspended_to_on as event_on,
        'active' as status,
        false as is_resumption,
        'resume' as kind,
        cast(null as string) as reason_code
    from subscriptions
    where status = 'active' and suspended_from_on is not null and suspended_to_on is not null
    union all
    select
        subscription_id,
        coalesce(cancelled_on, greatest(started_on, cast(first_known_at as date))) as event_on,
        'cancelled' as status,
        false as is_resumption,
        'cancel' as kind,
        cancel_reason_code as reason_code
    from subscriptions
    where
        cancelled_on is not null
        or (
            status = 'cancelled'
            and subscription_id not in (select subscription_id from subscription_events where type = 'cancel')
        )
),

said as (
    select * from said_by_event
    union all
    select * from said_by_table
),

-- the last word of a day counts: a restart after a cancellation after a resumption after a suspension after a start
ordered as (
    select
        subscription_id,
        event_on,
        status,
        max(case when status = 'cancelled' then reason_code end) over (partition by subscription_id, event_on) as reason_code,
        max(case when is_resumption then 1 else 0 end) over (partition by subscription_id, event_on) as resumed
    from said
    where event_on is not null
    qualify row_number() over (
        partition by subscription_id, event_on
        order by kind = 'restart' desc, kind = 'cancel' desc, kind = 'resume' desc, kind = 'suspend' desc
    ) = 1
),

-- who says again what was said already says nothing new
neighbours as (
    select
        *,
        lag(status) over (partition by subscription_id order by event_on) as last_status
    from ordered
),

last_word as (
    select
        subscription_id,
        event_on,
        status,
        reason_code,
        case when last_status is null or status != 'active' then 0 else resumed end as resumed,
        case when last_status is not null and status = 'active' then 1 else 0 end as restarted
    from neighbours
    where last_status is null or last_status != status
),

skips as (
    select
        subscription_id,
        event_on,
        count(*) as skip_count
    from subscription_events
    where type = 'skip'
    group by subscription_id, event_on
    union all
    select
        subscriptions.subscription_id,
        subscriptions.last_skip_on as event_on,
        1 as skip_count
    from subscriptions
    left join subscription_events as known
        on subscriptions.subscription_id = known.subscription_id
        and known.type = 'skip'
        and subscriptions.last_skip_on = known.event_on
    where subscriptions.last_skip_on <= {{ as_of() }} and known.subscription_id is null
),

-- a pause with an end is waited for at most as long as the rule row says
pauses as (
    select
        subscriptions.subscription_id,
        subscriptions.suspended_from_on,
        least(
            subscriptions.suspended_to_on,
            {{ add_days('subscriptions.suspended_from_on', 'rules.d6_pause_block_days') }}
        ) as paused_to_on
    from subscriptions
    cross join rules
    where subscriptions.suspended_to_on > subscriptions.suspended_from_on
),

changes as (
    select subscription_id, event_on, status, resumed, restarted, reason_code, 0 as delivered, 0 as skip_count from last_word
    union all
    select subscription_id, event_on, null as status, 0 as resumed, 0 as restarted, null as reason_code, 1 as delivered, 0 as skip_count from deliveries
    union all
    select subscription_id, event_on, null as status, 0 as resumed, 0 as restarted, null as reason_code, 0 as delivered, skip_count from skips
    union all
    select subscription_id, paused_to_on as event_on, null as status, 0 as resumed, 0 as restarted, null as reason_code, 0 as delivered, 0 as skip_count
    from pauses
),

days as (
    select
        subscription_id,
        event_on,
        max(status) as status,
        max(resumed) as resumed,
        max(restarted) as restarted,
        max(reason_code) as reason_code,
        max(delivered) as delivered,
        sum(skip_count) as skip_count
    from changes
    where event_on is not null
    group by subscription_id, event_on
),

-- every day belongs to the stretch of the last word about the status
numbered as (
    select
        *,
        lead(event_on) over (partition by subscription_id order by event_on) as to_on,
        count(status) over (
            partition by subscription_id order by event_on rows between unbounded preceding and current row
        ) as status_no,
        max(case when delivered = 1 then event_on end) over (
            partition by subscription_id order by event_on rows between unbounded preceding and 1 preceding
        ) as previous_delivery_on,
        max(case when status in ('suspended', 'cancelled') then event_on end) over (
            partition by subscription_id order by event_on rows between unbounded preceding and current row
        ) as interrupted_on
    from days
),

stretched as (
    select
        *,
        max(status) over (partition by subscription_id, status_no) as held_status,
        min(event_on) over (partition by subscription_id, status_no) as status_on,
        max(reason_code) over (partition by subscription_id, status_no) as held_reason_code
    from numbered
),

-- what is still sent after the cancellation is no delivery to count on
delivered as (
    select
        *,
        delivered = 1 and held_status = 'cancelled' and status_on < event_on as is_left_over,
        case when delivered = 1 and not (held_status = 'cancelled' and status_on < event_on) then 1 else 0 end as counted
    from stretched
),

-- and to that of the last delivery, in which skips add up
boxed as (
    select
        *,
        sum(counted) over (
            partition by subscription_id order by event_on rows between unbounded preceding and current row
        ) as delivery_no,
        max(case when counted = 1 then event_on end) over (
            partition by subscription_id order by event_on rows between unbounded preceding and current row
        ) as delivered_on
    from delivered
),

skipped as (
    select
        *,
        sum(case when counted = 1 then 0 else skip_count end) over (
            partition by subscription_id, delivery_no order by event_on rows between unbounded preceding and current row
        ) as skips_since_delivery
    from boxed
),

paused as (
    select
        skipped.*,
        pauses.paused_to_on,
        skipped.restarted = 1 or coalesce(skipped.event_on = pauses.paused_to_on, false) as is_clock_restart,
        max(case when skipped.restarted = 1 or skipped.event_on = pauses.paused_to_on then skipped.event_on end) over (
            partition by skipped.subscription_id order by skipped.event_on rows between unbounded preceding and current row
        ) as restarted_on
    from skipped
    left join pauses
        on skipped.subscription_id = pauses.subscription_id
        and skipped.held_status = 'suspended'
        and skipped.status_on = pauses.suspended_from_on
),

judged as (
    select
        paused.*,
        subscriptions.person_id,
        subscriptions.started_on,
        subscriptions.next_delivery_on,
        coalesce(subscriptions.cycle_days, rules.d6_default_cycle_days) as cycle_days,
        rules.d6_active_block_days,
        -- a delivery after the end of a pause shows that it is over
        case
            when paused.held_status = 'suspended' and paused.delivered_on >= paused.paused_to_on then 'active'
            else paused.held_status
        end as present_status
    from paused
    cross join rules
    inner join subscriptions on paused.subscription_id = subscriptions.subscription_id
),

final as (
    select
        judged.person_id,
        judged.subscription_id,
        judged.event_on as from_on,
        judged.to_on,
        judged.present_status as status,
        judged.delivered_on,
        judged.delivered = 1 as is_delivery,
        judged.is_left_over,
        judged.delivered = 1
        and judged.previous_delivery_on is not null
        and coalesce(judged.interrupted_on <= judged.previous_delivery_on, true) as is_uninterrupted,
        judged.resumed = 1 as is_resumption,
        judged.is_clock_restart,
        cast(case when judged.present_status = 'cancelled' then 0 else judged.skips_since_delivery end as integer) as skip_count,
        case when judged.event_on < judged.paused_to_on and judged.present_status = 'suspended' then judged.paused_to_on end
            as paused_to_on,
        case
            when judged.present_status = 'active' and coalesce(judged.next_delivery_on > judged.delivered_on, judged.next_delivery_on is not null)
                then {{ add_days('judged.next_delivery_on', 'judged.d6_active_block_days') }}
            when judged.present_status = 'active'
                then {{ add_days(
                    'greatest(judged.started_on, judged.delivered_on, judged.restarted_on)',
                    'judged.cycle_days * (1 + judged.skips_since_delivery) + judged.d6_active_block_days'
                ) }}
            when judged.present_status = 'suspended' and judged.event_on < judged.paused_to_on then judged.paused_to_on
        end as blocks_until_on,
        case
            when judged.present_status = 'cancelled'
                then greatest(judged.status_on, {{ add_days('judged.delivered_on', 'judged.cycle_days') }})
            when judged.present_status = 'suspended' and judged.paused_to_on is not null
                then greatest(
                    {{ add_days('judged.delivered_on', 'judged.cycle_days') }},
                    {{ add_days('judged.paused_to_on', 'judged.cycle_days') }}
                )
            when judged.present_status = 'suspended'
                then greatest(judged.status_on, {{ add_days('judged.delivered_on', 'judged.cycle_days') }})
        end as lapses_on,
        judged.status = 'cancelled' and churn_reasons.reason_code is not null as is_churn_day
    from judged
    left join churn_reasons on judged.held_reason_code = churn_reasons.reason_code
)

select * from final
