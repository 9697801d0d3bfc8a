-- What people said about marketing, one row per event and address or number it speaks of. A consent belongs to the value: an event
-- that names a contact point by its id speaks of the value which the point had then (a grant), or ever had (a stop).
-- An event that names no value has one row without.
with people as (
    select * from {{ ref('int_identity__member') }}
),

point_versions as (
    select * from {{ ref('stg_contact_point_versions') }}
),

consents as (
    select
        *,
        action = 'grant' as is_grant
    from {{ ref('stg_consents') }}
    where purpose = 'marketing' or (purpose is null and action <> 'grant')
),

unsubscribes as (
    select * from {{ ref('stg_responses') }}
    where type = 'unsubscribe'
),

-- the newest version known when the consent was given, else the first one
dated_versions as (
    select
        consents.consent_event_id,
        consents.is_grant,
        point_versions.party_key,
        point_versions.value_norm,
        row_number() over (
            partition by consents.consent_event_id
            order by
                case when point_versions.known_at <= consents.consented_at then point_versions.known_at end desc nulls last,
                point_versions.known_at, point_versions.value_norm
        ) as version_no
    from consents
    inner join point_versions on point_versions.contact_point_id = consents.contact_point_id
),

spoken_of as (
    select consent_event_id, party_key, value_norm from dated_versions
    where version_no = 1 or not is_grant
    union
    select consent_event_id, party_key, contact_value from consents
    where contact_value is not null
),

events as (
    select
        consents.consent_event_id,
        coalesce(spoken_of.party_key, consents.party_key) as party_key,
        case when consents.is_grant then consents.channel else coalesce(consents.channel, 'all') end as channel,
        lower(trim(spoken_of.value_norm)) as contact_value,
        consents.is_grant,
        consents.consented_at as occurred_at
    from consents
    left join spoken_of on spoken_of.consent_event_id = consents.consent_event_id

    union all

    select
        response_id as consent_event_id,
        party_key,
        'email' as channel,
        cast(null as string) as contact_value,
        false as is_grant,
        responded_at as occurred_at
    from unsubscribes
),

final as (
    select distinct
        events.consent_event_id,
        people.person_id,
        events.channel,
        events.contact_value,
        events.is_grant,
        events.occurred_at
    from events
    left join people on people.party_key = events.party_key
)

select * from final
