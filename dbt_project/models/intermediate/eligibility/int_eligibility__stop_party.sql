-- Stops that lie in who the party is: purpose, age, death, staff, withdrawal, churn, privacy requests.
with parties as (
    select * from {{ ref('int_identity__party') }}
),

people as (
    select * from {{ ref('int_identity__member') }}
),

requests as (
    select * from {{ ref('stg_privacy_requests') }}
),

states as (
    select * from {{ ref('int_dormancy__current') }}
),

adulthood as (
    select limit_count as adult_age
    from {{ rule_in_force('rule_suppression_limit') }}
    where suppression_code = 'SUP_MINOR' and scope = 'age'
),

-- marks of the party itself, from the day it was first known
marked as (
    select person_id, 'SUP_PURPOSE' as suppression_code, first_known_at from parties
    where is_gift_only or not {{ list_contains('purposes', "'marketing'") }}

    union all

    select person_id, 'SUP_DECEASED' as suppression_code, first_known_at from parties
    where is_deceased

    union all

    select person_id, 'SUP_INTERNAL' as suppression_code, first_known_at from parties
    where is_employee or is_test or is_competitor
),

-- an unknown birth date with a mark counts, without end
minors as (
    select
        parties.person_id,
        parties.first_known_at,
        {{ birthday('parties.birth_on', 'adulthood.adult_age') }} as adult_on
    from parties
    cross join adulthood
    where
        {{ as_of() }} < {{ birthday('parties.birth_on', 'adulthood.adult_age') }}
        or (parties.birth_on is null and parties.is_minor_flag)
),

asked as (
    select
        people.person_id,
        case requests.kind when 'erase' then 'SUP_PRIV_ERASE' else 'SUP_PRIV_STOP' end as suppression_code,
        requests.received_on,
        requests.request_id
    from requests
    inner join people on people.party_key = requests.party_key
    where requests.kind in ('erase', 'stop_use', 'stop_provision')
),

stops as (
    select
        person_id,
        suppression_code,
        cast(first_known_at as date) as from_on,
        cast(null as date) as until_on,
        cast(null as string) as evidence_ref
    from marked

    union all

    select person_id, 'SUP_MINOR', cast(first_known_at as date), adult_on, cast(null as string)
    from minors

    union all

    select person_id, 'SUP_WITHDRAWN', first_withdrawn_on, cast(null as date), cast(null as string)
    from parties
    where first_withdrawn_on is not null

    union all

    select person_id, 'SUP_CHURNED', state_from_on, cast(null as date), cast(null as string)
    from states
    where state = 'churned'

    union all

    select person_id, suppression_code, received_on, cast(null as date), request_id
    from asked
),

final as (
    select
        'party' as subject_type,
        person_id as subject_id,
        cast(null as string) as channel,
        suppression_code,
        from_on,
        until_on,
        evidence_ref
    from stops
)

select * from final
