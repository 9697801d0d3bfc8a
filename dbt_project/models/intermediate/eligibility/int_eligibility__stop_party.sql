-- Stops that lie in who the party is: purpose, age, death, staff, withdrawal, churn, privacy requests.
with parties as (
    select * from {{ ref('int_identity__party') }}
),

people as (
    select * from {{ ref('int_identity__alias') }}
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

without_purpose as (
    select person_id, 'SUP_PURPOSE' as suppression_code, cast(first_known_at as date) as from_on, cast(null as date) as until_on, cast(null as string) as evidence_ref
    from parties
    where is_gift_only or not {{ list_contains('purposes', "'marketing'") }}
),

minors as (
    select
        parties.person_id,
        'SUP_MINOR' as suppression_code,
        cast(parties.first_known_at as date) as from_on,
        {{ birthday('parties.birth_on', 'adulthood.adult_age') }} as until_on,
        cast(null as string) as evidence_ref
    from parties
    cross join adulthood
    where
        {{ as_of() }} < {{ birthday('parties.birth_on', 'adulthood.adult_age') }}
        or (parties.birth_on is null and parties.is_minor_flag)
),

deceased as (
    select person_id, 'SUP_DECEASED' as suppression_code, cast(first_known_at as date) as from_on, cast(null as date) as until_on, cast(null as string) as evidence_ref
    from parties
    where is_deceased
),

internal as (
    select person_id, 'SUP_INTERNAL' as suppression_code, cast(first_known_at as date) as from_on, cast(null as date) as until_on, cast(null as string) as evidence_ref
    from parties
    where is_employee or is_test or is_competitor
),

withdrawn as (
    select person_id, 'SUP_WITHDRAWN' as suppression_code, withdrawn_on as from_on, cast(null as date) as until_on, cast(null as string) as evidence_ref
    from parties
    where withdrawn_on is not null
),

churned as (
    select person_id, 'SUP_CHURNED' as suppression_code, state_from_on as from_on, cast(null as date) as until_on, cast(null as string) as evidence_ref
    from states
    where state = 'churned'
),

asked as (
    select
        people.person_id,
        case requests.kind when 'erase' then 'SUP_PRIV_ERASE' else 'SUP_PRIV_STOP' end as suppression_code,
        requests.received_on as from_on,
        cast(null as date) as until_on,
        requests.request_id as evidence_ref
    from requests
    inner join people on people.party_key = requests.party_key
    where requests.kind in ('erase', 'stop_use', 'stop_provision')
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
    from (
        select * from without_purpose
        union all
        select * from minors
        union all
        select * from deceased
        union all
        select * from internal
        union all
        select * from withdrawn
        union all
        select * from churned
        union all
        select * from asked
    )
)

select * from final
