-- What was said or heard on the phone: the nth call with a disposition that has a limit row stops from that day on. Of a call that
-- we know nobody of but a number, it stops the number for whoever has it, today or later.
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

-- calls of a party, or of a number where the call names nobody
counted as (
    select
        called.person_id,
        called.call_id is null as is_nobodys,
        calls.call_id,
        calls.dialled_number,
        cast(calls.started_at as date) as called_on,
        limits.suppression_code,
        limits.limit_count,
        row_number() over (
            partition by
                called.call_id is null,
                case when called.call_id is null then calls.dialled_number else called.person_id end,
                limits.suppression_code, limits.scope
            order by calls.started_at, calls.call_id
        ) as call_no
    from calls
    left join called on calls.call_id = called.call_id
    inner join limits on calls.disposition_code = limits.scope
),

of_party as (
    select
        'party' as subject_type,
        person_id as subject_id,
        suppression_code,
        called_on,
        call_id
    from counted
    where not is_nobodys and call_no = limit_count and suppression_code <> 'SUP_PHONE_BAD'
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
    where not counted.is_nobodys and counted.suppression_code = 'SUP_PHONE_BAD'
),

-- what else is said on such a call speaks of a human, not of the number
of_nobodys_number as (
    select
        'contact_point' as subject_type,
        points.contact_point_id as subject_id,
        counted.suppression_code,
        counted.called_on,
        counted.call_id
    from counted
    inner join points on counted.dialled_number = points.value_norm
    where
        counted.is_nobodys
        and counted.call_no = counted.limit_count
        and counted.suppression_code in ('SUP_TEL_DNC', 'SUP_TEL_REFUSED', 'SUP_PHONE_BAD')
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
        union all
        select * from of_nobodys_number
    )
)

select * from final
