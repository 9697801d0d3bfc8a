-- What was said or heard on the phone: the nth call with a disposition that has a limit row stops from that day on.
with calls as (
    select * from {{ ref('stg_calls') }}
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
),

counted as (
    select
        called.person_id,
        calls.call_id,
        calls.dialled_number,
        cast(calls.started_at as date) as called_on,
        limits.suppression_code,
        limits.limit_count,
        row_number() over (
            partition by called.person_id, limits.suppression_code, limits.scope
            order by calls.started_at, calls.call_id
        ) as call_no
    from calls
    inner join called on called.call_id = calls.call_id
    inner join limits on limits.scope = calls.disposition_code
),

of_party as (
    select
        'party' as subject_type,
        person_id as subject_id,
        suppression_code,
        called_on,
        call_id
    from counted
    where call_no = limit_count and suppression_code <> 'SUP_PHONE_BAD'
),

-- a dead number stops that number; without a number it stops the party's phone
of_number as (
    select
        case when points.contact_point_id is null then 'party' else 'contact_point' end as subject_type,
        coalesce(points.contact_point_id, counted.person_id) as subject_id,
        counted.suppression_code,
        counted.called_on,
        counted.call_id
    from counted
    left join points
        on points.person_id = counted.person_id and points.value_norm = counted.dialled_number
    where counted.suppression_code = 'SUP_PHONE_BAD'
),

final as (
    select
        subject_type,
        subject_id,
        cast(null as string) as channel,
        suppression_code,
        called_on as from_on,
        cast(null as date) as until_on,
        call_id as evidence_ref
    from (
        select * from of_party
        union all
        select * from of_number
    )
)

select * from final
