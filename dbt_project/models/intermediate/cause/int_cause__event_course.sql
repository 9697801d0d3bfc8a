{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- What happened to 定期 courses: skips, longer cycles, failed payments, and the reason given when leaving.
with course_events as (
    select * from {{ ref('stg_subscription_events') }}
),

courses as (
    select * from {{ ref('stg_subscriptions') }}
),

cycles as (
    select * from {{ ref('stg_subscription_cycles') }}
),

members as (
    select * from {{ concerned(ref('int_identity__member')) }}
),

causes as (
    select * from {{ ref('causes') }}
    where cause_code != 'UNKNOWN'
),

happened as (
    select
        courses.party_key,
        case when course_events.type = 'skip' then 'skipped' else 'payment_failed' end as signal_code,
        cast(null as string) as cause_code,
        cast(course_events.event_at as date) as event_on,
        cast(null as string) as word_a,
        cast(null as string) as word_b,
        'subscription_events:' || course_events.subscription_id || '|' || cast(course_events.event_at as string)
        || '|' || course_events.type as evidence_ref
    from course_events
    inner join courses on course_events.subscription_id = courses.subscription_id
    where course_events.type in ('skip', 'payment_failed')
),

longer as (
    select
        party_key,
        'cycle_longer' as signal_code,
        cast(null as string) as cause_code,
        cast(known_at as date) as event_on,
        cast(previous_cycle_days as string) as word_a,
        cast(cycle_days as string) as word_b,
        'subscriptions:' || subscription_id as evidence_ref
    from cycles
    where cycle_days > previous_cycle_days
),

-- the code is given by the course or, failing that, by its cancelling event
left_courses as (
    select
        courses.party_key,
        courses.subscription_id,
        courses.cancelled_on,
        coalesce(courses.cancel_reason_code, min(course_events.reason_code)) as reason_code
    from courses
    left join course_events
        on courses.subscription_id = course_events.subscription_id and course_events.type = 'cancel'
    where courses.cancelled_on is not null and courses.cancelled_on <= {{ as_of() }}
    group by courses.party_key, courses.subscription_id, courses.cancelled_on, courses.cancel_reason_code
),

stated as (
    select
        left_courses.party_key,
        'stated_cancel' as signal_code,
        causes.cause_code,
        left_courses.cancelled_on as event_on,
        causes.label_ja as word_a,
        cast(null as string) as word_b,
        'subscriptions:' || left_courses.subscription_id as evidence_ref
    from left_courses
    inner join causes on left_courses.reason_code = causes.cause_code
),

events as (
    select * from happened
    union all
    select * from longer
    union all
    select * from stated
),

final as (
    select
        members.person_id,
        events.signal_code,
        events.cause_code,
        events.event_on,
        cast(null as date) as settled_on,
        cast(1 as double) as intensity_ratio,
        events.word_a,
        events.word_b,
        events.evidence_ref
    from events
    inner join members on events.party_key = members.party_key
)

select * from final
