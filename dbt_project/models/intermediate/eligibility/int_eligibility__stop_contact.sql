-- What our own contacts left behind: bounces, returned post, and the caps on how often somebody may be contacted.
with contacts as (
    select
        contacts.campaign_contact_id,
        contacts.party_key,
        contacts.channel,
        contacts.sent_at,
        contacts.bounced_at,
        contacts.bounce_type,
        coalesce(named_points.contact_point_id, contacts.contact_point_id) as contact_point_id
    from {{ ref('stg_campaign_contacts') }} as contacts
    left join {{ ref('int_identity__named_point') }} as named_points
        on contacts.contact_point_id = named_points.source_contact_point_id
),

dispositions as (
    select * from {{ ref('dispositions') }}
),

-- an agency's file says what came of a call, not when it was answered
calls as (
    select calls.*
    from {{ ref('stg_calls') }} as calls
    left join dispositions on calls.disposition_code = dispositions.disposition_code
    where calls.direction = 'outbound' and (calls.answered_at is not null or dispositions.is_person)
),

people as (
    select * from {{ ref('int_identity__member') }}
),

called as (
    select * from {{ ref('int_identity__call') }}
),

points as (
    select * from {{ ref('int_eligibility__point') }}
),

counted_points as (
    select * from {{ ref('int_identity__contact_point') }}
),

limits as (
    select * from {{ rule_in_force('rule_suppression_limit') }}
),

-- a bounce that names no contact point is one of every mailbox of the party
bounced as (
    select
        points.contact_point_id,
        cast(contacts.bounced_at as date) as bounced_on,
        contacts.campaign_contact_id,
        limits.limit_count,
        row_number() over (
            partition by points.contact_point_id, limits.scope
            order by contacts.bounced_at, contacts.campaign_contact_id
        ) as bounce_no
    from contacts
    inner join limits on limits.suppression_code = 'SUP_MAIL_BOUNCE' and limits.scope = contacts.bounce_type
    inner join people on people.party_key = contacts.party_key
    inner join points on points.person_id = people.person_id and points.channel = 'email'
    where
        contacts.channel in ('email', 'newsletter')
        and contacts.bounced_at is not null
        and coalesce(contacts.contact_point_id, points.contact_point_id) = points.contact_point_id
),

mail_bounced as (
    select contact_point_id, 'SUP_MAIL_BOUNCE' as suppression_code, bounced_on as from_on, campaign_contact_id as evidence_ref
    from bounced
    where bounce_no = limit_count
),

mail_bounce_counted as (
    select
        counted_points.contact_point_id,
        limits.suppression_code,
        counted_points.first_seen_on as from_on,
        cast(null as string) as evidence_ref
    from counted_points
    inner join limits on limits.suppression_code = 'SUP_MAIL_BOUNCE' and limits.scope = 'soft'
    where counted_points.point_type = 'email' and counted_points.bounce_count >= limits.limit_count
),

post_returned as (
    select
        points.contact_point_id,
        'SUP_ADDR_BAD' as suppression_code,
        cast(contacts.bounced_at as date) as from_on,
        contacts.campaign_contact_id as evidence_ref
    from contacts
    inner join people on people.party_key = contacts.party_key
    inner join points on points.person_id = people.person_id and points.channel = 'dm'
    where
        contacts.channel = 'dm'
        and contacts.bounced_at is not null
        and coalesce(contacts.contact_point_id, points.contact_point_id) = points.contact_point_id
),

on_points as (
    select
        'contact_point' as subject_type,
        contact_point_id as subject_id,
        cast(null as string) as channel,
        suppression_code,
        from_on,
        cast(null as date) as until_on,
        evidence_ref
    from (
        select * from mail_bounced
        union all
        select * from mail_bounce_counted
        union all
        select * from post_returned
    )
),

-- phone counts answered calls, everything else counts what was sent
made as (
    select
        people.person_id,
        case contacts.channel when 'newsletter' then 'email' else contacts.channel end as channel,
        cast(contacts.sent_at as date) as contacted_on,
        contacts.campaign_contact_id as contact_ref
    from contacts
    inner join people on people.party_key = contacts.party_key
    where contacts.channel <> 'phone' and contacts.sent_at is not null

    union all

    select
        called.person_id,
        'phone' as channel,
        cast(calls.started_at as date) as contacted_on,
        calls.call_id as contact_ref
    from calls
    inner join called on called.call_id = calls.call_id
),

-- with the nth newest contact inside the window the cap is reached, until that contact leaves the window
counted as (
    select
        made.person_id,
        limits.channel,
        made.contacted_on,
        made.contact_ref,
        limits.window_days,
        limits.limit_count,
        max(made.contacted_on) over (partition by made.person_id, limits.scope) as last_contacted_on,
        row_number() over (
            partition by made.person_id, limits.scope order by made.contacted_on desc, made.contact_ref
        ) as newest_no
    from made
    inner join limits
        on limits.suppression_code = 'SUP_FREQ' and coalesce(limits.channel, made.channel) = made.channel
),

capped as (
    select
        'party' as subject_type,
        person_id as subject_id,
        channel,
        'SUP_FREQ' as suppression_code,
        last_contacted_on as from_on,
        {{ add_days('contacted_on', 'window_days') }} as until_on,
        contact_ref as evidence_ref
    from counted
    where newest_no = limit_count and {{ add_days('contacted_on', 'window_days') }} > last_contacted_on
),

final as (
    select * from on_points
    union all
    select * from capped
)

select * from final
