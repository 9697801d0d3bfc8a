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

-- what the course says of its cancellation counts, and what a cancelling event says of one the course does not speak of (any more)
stated_by_course as (
    select
        party_key,
        subscription_id,
        cancelled_on as event_on,
        cancel_reason_code as reason_code,
        'subscriptions:' || subscription_id as evidence_ref
    from courses
    where cancelled_on <= {{ as_of() }} and cancel_reason_code is not null
),

stated_by_event as (
    select
        courses.party_key,
        course_events.subscription_id,
        cast(course_events.event_at as date) as event_on,
        course_events.reason_code,
        'subscription_events:' || course_events.subscription_id || '|' || cast(course_events.event_at as string)
        || '|' || course_events.type as evidence_ref
    from course_events
    inner join courses on course_events.subscription_id = courses.subscription_id
    left join stated_by_course
        on course_events.subscription_id = stated_by_course.subscription_id
        and cast(course_events.event_at as date) = stated_by_course.event_on
    where course_events.type = 'cancel' and course_events.reason_code is not null and stated_by_course.subscription_id is null
),

stated as (
    select
        reasons.party_key,
        'stated_cancel' as signal_code,
        causes.cause_code,
        reasons.event_on,
        causes.label_ja as word_a,
        cast(null as string) as word_b,
        reasons.evidence_ref
    from (
        select * from stated_by_course
        union all
        select * from stated_by_event
    ) as reasons
    inner join causes on reasons.reason_code = causes.cause_code
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
        cast(null as date) as current_from_on,
        cast(null as date) as current_to_on,
        cast(1 as double) as intensity_ratio,
        events.word_a,
        events.word_b,
        events.evidence_ref
    from events
    inner join members on events.party_key = members.party_key
)

select * from final
