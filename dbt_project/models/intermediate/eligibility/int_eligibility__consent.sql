-- The last word on marketing per contact point and channel. A grant counts for the very address or number it names, under whatever
-- id; a stop that names no point of ours counts for every point of the party (refusals unite, grants do not spread).
with points as (
    select * from {{ ref('int_eligibility__point') }}
),

events as (
    select * from {{ ref('int_identity__consent_event') }}
),

named as (
    select points.contact_point_id, points.channel, events.consent_event_id, events.is_grant, events.occurred_at
    from events
    inner join points on lower(points.value_norm) = events.contact_value
    where
        events.channel in (points.channel, 'all')
        -- whoever refused on this number or address, it is refused; a grant is its owner's alone
        and (not events.is_grant or points.person_id = events.person_id)
),

stops_of_party as (
    select points.contact_point_id, points.channel, events.consent_event_id, events.is_grant, events.occurred_at
    from events
    inner join points on points.person_id = events.person_id
    left join named on named.consent_event_id = events.consent_event_id and named.channel = points.channel
    where
        events.channel in (points.channel, 'all')
        and named.consent_event_id is null
        and not events.is_grant
),

matched as (
    select * from named
    union all
    select * from stops_of_party
),

ranked as (
    select
        *,
        row_number() over (
            partition by contact_point_id, channel, is_grant order by occurred_at desc, consent_event_id
        ) as recency_no
    from matched
),

last_grant as (
    select * from ranked
    where is_grant and recency_no = 1
),

last_stop as (
    select * from ranked
    where not is_grant and recency_no = 1
),

final as (
    select
        points.contact_point_id,
        points.channel,
        points.person_id,
        last_grant.consent_event_id,
        last_grant.occurred_at as consented_at,
        last_stop.consent_event_id as stop_event_id,
        last_stop.occurred_at as stopped_at,
        -- a stop at the same moment as the grant wins
        coalesce(last_grant.occurred_at > last_stop.occurred_at, last_grant.occurred_at is not null) as is_granted,
        coalesce(last_stop.occurred_at >= last_grant.occurred_at, last_stop.occurred_at is not null) as is_stopped
    from points
    left join last_grant
        on last_grant.contact_point_id = points.contact_point_id and last_grant.channel = points.channel
    left join last_stop
        on last_stop.contact_point_id = points.contact_point_id and last_stop.channel = points.channel
)

select * from final
