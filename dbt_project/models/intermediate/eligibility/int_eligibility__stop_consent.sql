-- Stops that people declared: opt-in channels need a grant, opt-out channels need no refusal.
with consents as (
    select * from {{ ref('int_eligibility__consent') }}
),

points as (
    select * from {{ ref('int_eligibility__point') }}
),

mail_without_grant as (
    select
        consents.contact_point_id,
        'SUP_MAIL_NO_OPTIN' as suppression_code,
        coalesce(points.first_seen_on, {{ as_of() }}) as from_on,
        cast(null as string) as evidence_ref
    from consents
    inner join points
        on points.contact_point_id = consents.contact_point_id and points.channel = consents.channel
    where consents.channel = 'email' and not consents.is_granted and not consents.is_stopped
),

stopped as (
    select
        contact_point_id,
        case channel
            when 'email' then 'SUP_MAIL_OPTOUT'
            when 'phone' then 'SUP_TEL_DNC'
            when 'dm' then 'SUP_DM_STOP'
        end as suppression_code,
        cast(stopped_at as date) as from_on,
        stop_event_id as evidence_ref
    from consents
    where is_stopped
),

final as (
    select
        'contact_point' as subject_type,
        contact_point_id as subject_id,
        cast(null as string) as channel,
        suppression_code,
        from_on,
        cast(null as date) as until_on,
        evidence_ref
    from (
        select * from mail_without_grant
        union all
        select * from stopped
    )
)

select * from final
