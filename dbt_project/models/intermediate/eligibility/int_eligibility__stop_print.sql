-- Nothing is posted under a name or to an address that cannot be printed (N29), until somebody corrected it.
with points as (
    select * from {{ ref('int_eligibility__point') }}
    where channel = 'dm'
),

names as (
    select * from {{ ref('int_identity__name') }}
    where needs_review
),

final as (
    select
        'contact_point' as subject_type,
        points.contact_point_id as subject_id,
        points.channel,
        'HOLD_GAIJI' as suppression_code,
        coalesce(points.first_seen_on, {{ as_of() }}) as from_on,
        cast(null as date) as until_on,
        cast(null as string) as evidence_ref
    from points
    inner join names on names.person_id = points.person_id
)

select * from final
