{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Days on which a party left for good by its own word (or cannot be a customer any more), with the evidence: withdrawal, a hearing,
-- a cancellation for a reason that says so, an erasure request, a death. Silence is never evidence.
with parties as (
    select
        person_id,
        coalesce(account_person_id, person_id) as owner_id,
        account_person_id,
        withdrawn_on
    from {{ concerned(ref('int_identity__party')) }}
),

members as (
    select * from {{ concerned(ref('int_identity__member')) }}
),

rules as (
    select * from {{ rule_in_force('rule_churn') }}
),

withdrawals as (
    select person_id, withdrawn_on as left_on, 'withdrawal' as evidence_code, '*' as reason_code
    from parties
    where withdrawn_on is not null and account_person_id is null
),

hearings as (
    select
        parties.owner_id as person_id,
        cast(hearings.heard_at as date) as left_on,
        'hearing' as evidence_code,
        hearings.reason_code
    from {{ ref('stg_hearings') }} as hearings
    inner join {{ concerned(ref('int_identity__hearing')) }} as heard on hearings.hearing_id = heard.hearing_id
    inner join parties on heard.person_id = parties.person_id
    where hearings.reason_code is not null
),

cancellations as (
    select person_id, from_on as left_on
    from {{ concerned(ref('int_dormancy__subscriber')) }}
    where is_churn_day
),

contract_ends as (
    select
        parties.owner_id as person_id,
        {{ add_days('accounts.contract_end_on', 1) }} as left_on,
        'contract' as evidence_code,
        accounts.cancel_reason_code as reason_code
    from {{ ref('stg_accounts') }} as accounts
    inner join members on accounts.account_key = members.party_key
    inner join parties on members.person_id = parties.person_id
    where accounts.contract_end_on is not null and accounts.cancel_reason_code is not null
),

erasures as (
    select
        parties.person_id,
        requests.received_on as left_on,
        'erasure' as evidence_code,
        '*' as reason_code
    from {{ ref('stg_privacy_requests') }} as requests
    inner join members on requests.party_key = members.party_key
    inner join parties on members.person_id = parties.person_id
    where requests.kind = 'erase' and parties.account_person_id is null
),

deaths as (
    select
        parties.person_id,
        cast(deaths.deceased_known_at as date) as left_on,
        'death' as evidence_code,
        '*' as reason_code
    from {{ ref('stg_customer_departures') }} as deaths
    inner join members on deaths.customer_key = members.party_key
    inner join parties on members.person_id = parties.person_id
    where deaths.deceased_known_at is not null
    union all
    select
        parties.person_id,
        cast(calls.started_at as date) as left_on,
        'death' as evidence_code,
        '*' as reason_code
    from {{ ref('stg_calls') }} as calls
    inner join {{ concerned(ref('int_identity__call')) }} as called on calls.call_id = called.call_id
    inner join parties on called.person_id = parties.person_id
    where calls.disposition_code = 'DECEASED' and parties.account_person_id is null
),

evidence as (
    select * from withdrawals
    union all
    select * from hearings
    union all
    select * from contract_ends
    union all
    select * from erasures
    union all
    select * from deaths
),

judged as (
    select
        evidence.person_id,
        evidence.left_on,
        evidence.evidence_code,
        rules.end_type
    from evidence
    inner join rules on evidence.evidence_code = rules.evidence_code and rules.reason_code in ('*', evidence.reason_code)
    union all
    -- the cancellation of a subscription was already judged by its reason
    select person_id, left_on, 'subscription' as evidence_code, 'churned' as end_type
    from cancellations
),

-- one row per day; what blocks for good speaks before what merely left
final as (
    select
        person_id,
        left_on,
        evidence_code,
        end_type
    from judged
    qualify row_number() over (
        partition by person_id, left_on order by case when end_type = 'blocked' then 0 else 1 end, evidence_code
    ) = 1
)

select * from final
