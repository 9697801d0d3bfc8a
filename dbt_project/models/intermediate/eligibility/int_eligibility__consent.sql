-- The last word on marketing per contact point and channel. A grant counts for the very contact point it names;
-- a stop that names no point of ours counts for every point of the party (refusals unite, grants do not spread).
with points as (
    select * from {{ ref('int_eligibility__point') }}
),

people as (
    select * from {{ ref('int_identity__member') }}
),

consents as (
    select * from {{ ref('stg_consents') }}
    where purpose = 'marketing' or (purpose is null and action <> 'grant')
),

unsubscribes as (
    select * from {{ ref('stg_responses') }}
    where type = 'unsubscribe'
),

consent_events as (
    select
        consents.consent_event_id,
        people.person_id,
        case when consents.action = 'grant' then consents.channel else coalesce(consents.channel, 'all') end as channel,
        consents.contact_point_id,
        lower(trim(consents.contact_value)) as contact_value,
        consents.action = 'grant' as is_grant,
        consents.consented_at as occurred_at
    from consents
    left join people on people.party_key = consents.party_key
),

unsubscribe_events as (
    select
        unsubscribes.response_id as consent_event_id,
        people.person_id,
        'email' as channel,
        cast(null as string) as contact_point_id,
        cast(null as string) as contact_value,
        false as is_grant,
        unsubscribes.responded_at as occurred_at
    from unsubscribes
    inner join people on people.party_key = unsubscribes.party_key
),

events as (
    select * from consent_events
    union all
    select * from unsubscribe_events
),

named_by_id as (
    select points.contact_point_id, points.channel, events.consent_event_id, events.is_grant, events.occurred_at
    from events
    inner join points on points.contact_point_id = events.contact_point_id
    where events.channel in (points.channel, 'all')
),

named_by_value as (
    select points.contact_point_id, points.channel, events.consent_event_id, events.is_grant, events.occurred_at
    from events
    inner join points on lower(points.value_norm) = events.contact_value
    where
        events.channel in (points.channel, 'all')
        -- whoever refused on this number or address, it is refused; a grant is its owner's alone
        and (not events.is_grant or points.person_id = events.person_id)
),

named as (
    select * from named_by_id
    union
    select * from named_by_value
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
