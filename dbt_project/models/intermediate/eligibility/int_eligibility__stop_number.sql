-- N19: the cap on calls is one per number, not per person: a talk with one of its owners counts for all of them. A call that does
-- not say which number was dialled counts for every number of the person called.
with dispositions as (
    select * from {{ ref('dispositions') }}
),

calls as (
    select calls.*
    from {{ ref('stg_calls') }} as calls
    left join dispositions on calls.disposition_code = dispositions.disposition_code
    where calls.direction = 'outbound' and (calls.answered_at is not null or dispositions.is_person)
),

called as (
    select * from {{ ref('int_identity__call') }}
),

points as (
    select * from {{ ref('int_eligibility__point') }}
    where channel = 'phone'
),

limits as (
    select * from {{ rule_in_force('rule_suppression_limit') }}
    where suppression_code = 'SUP_FREQ' and channel = 'phone'
),

dialled as (
    select
        calls.call_id,
        called.person_id,
        cast(calls.started_at as date) as called_on,
        coalesce(calls.dialled_number, points.value_norm) as value_norm
    from calls
    inner join called on called.call_id = calls.call_id
    left join points on points.person_id = called.person_id and calls.dialled_number is null
),

talks as (
    select
        points.contact_point_id,
        dialled.call_id,
        dialled.called_on,
        max(case when dialled.person_id <> points.person_id then 1 else 0 end) over (
            partition by points.contact_point_id
        ) as has_talk_with_another_owner
    from dialled
    inner join points on points.value_norm = dialled.value_norm
),

counted as (
    select
        talks.*,
        limits.window_days,
        limits.limit_count,
        max(talks.called_on) over (partition by talks.contact_point_id, limits.scope) as last_called_on,
        row_number() over (
            partition by talks.contact_point_id, limits.scope order by talks.called_on desc, talks.call_id
        ) as newest_no
    from talks
    cross join limits
),

final as (
    select
        'contact_point' as subject_type,
        contact_point_id as subject_id,
        'phone' as channel,
        'SUP_FREQ' as suppression_code,
        last_called_on as from_on,
        {{ add_days('called_on', 'window_days') }} as until_on,
        call_id as evidence_ref
    from counted
    where
        newest_no = limit_count
        and has_talk_with_another_owner = 1
        and {{ add_days('called_on', 'window_days') }} > last_called_on
)

select * from final
