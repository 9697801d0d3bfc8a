{{ config(materialized='replaced', meta={'replace_by': 'record'}, post_hook="{{ note_changed_people() }}") }}
-- One row per record of a source: customers, contacts and accounts, and everybody else any table speaks of. Which records are one
-- party is said by int_identity__member.
with customers as (
    select * from {{ of_changed_keys(ref('stg_customers'), 'customer_key') }}
),

departures as (
    select * from {{ of_changed_keys(ref('stg_customer_departures'), 'customer_key') }}
),

accounts as (
    select * from {{ ref('stg_accounts') }}
),

contacts as (
    select * from {{ of_changed_keys(ref('stg_contacts'), 'contact_key') }}
),

mentions as (
    select * from {{ of_changed_keys(ref('int_identity__mention')) }}
),

gift_recipients as (
    select distinct ship_to_party_key as party_key
    from {{ of_changed_keys(ref('stg_orders'), 'ship_to_party_key') }}
    where is_gift and ship_to_party_key is not null and ship_to_party_key is distinct from party_key
),

buyers as (
    select distinct party_key
    from {{ ref('stg_orders') }}
    where party_key in (select party_key from gift_recipients)
),

customer_parties as (
    select
        'person' as party_type,
        cast(null as string) as account_key,
        customers.source_system,
        customers.source_customer_id as source_id,
        customers.customer_key as party_key,
        'b2c' as business_type,
        customers.first_known_at,
        customers.household_id,
        cast(customers.registered_at as date) as registered_on,
        case
            when cast(customers.withdrawn_at as date) <= {{ as_of() }} then cast(customers.withdrawn_at as date)
            when customers.withdrawn_at is null then cast(departures.withdrawn_known_at as date)
        end as withdrawn_on,
        customers.birth_date as birth_on,
        customers.gender,
        customers.prefecture_code,
        customers.member_rank,
        customers.first_media_code,
        cast(null as string) as industry_code,
        coalesce(customers.is_employee, false) as is_employee,
        coalesce(customers.is_test, false) as is_test,
        coalesce(customers.is_deceased, false) as is_deceased,
        coalesce(customers.is_minor, false) as is_minor_flag,
        false as is_competitor,
        customers.purposes,
        true as is_registered
    from customers
    left join departures on customers.customer_key = departures.customer_key
),

contact_parties as (
    select
        'person' as party_type,
        contacts.account_key,
        contacts.source_system,
        contacts.source_contact_id as source_id,
        contacts.contact_key as party_key,
        'b2b' as business_type,
        contacts.first_known_at,
        cast(null as string) as household_id,
        cast(contacts.registered_at as date) as registered_on,
        cast(null as date) as withdrawn_on,
        cast(null as date) as birth_on,
        cast(null as string) as gender,
        accounts.prefecture_code,
        cast(null as string) as member_rank,
        cast(null as string) as first_media_code,
        accounts.industry_code,
        false as is_employee,
        false as is_test,
        false as is_deceased,
        false as is_minor_flag,
        coalesce(accounts.is_competitor, false) as is_competitor,
        contacts.purposes,
        true as is_registered
    from contacts
    left join accounts on contacts.account_key = accounts.account_key
),

account_parties as (
    select
        'account' as party_type,
        cast(null as string) as account_key,
        source_system,
        source_account_id as source_id,
        account_key as party_key,
        'b2b' as business_type,
        first_known_at,
        cast(null as string) as household_id,
        cast(registered_at as date) as registered_on,
        cast(null as date) as withdrawn_on,
        cast(null as date) as birth_on,
        cast(null as string) as gender,
        prefecture_code,
        cast(null as string) as member_rank,
        cast(null as string) as first_media_code,
        industry_code,
        false as is_employee,
        false as is_test,
        false as is_deceased,
        false as is_minor_flag,
        coalesce(is_competitor, false) as is_competitor,
        purposes,
        true as is_registered
    from {{ of_changed_keys(ref('stg_accounts'), 'account_key') }} as accounts
),

registered_parties as (
    select * from customer_parties
    union all
    select * from contact_parties
    union all
    select * from account_parties
),

-- nobody's master row, but a table speaks of them: a party all the same
mentioned_parties as (
    select
        case when mentions.is_account then 'account' else 'person' end as party_type,
        cast(null as string) as account_key,
        mentions.source_system,
        {{ local_id('mentions.party_key', 'mentions.source_system') }} as source_id,
        mentions.party_key,
        case when mentions.is_account then 'b2b' else 'b2c' end as business_type,
        mentions.first_known_at,
        cast(null as string) as household_id,
        cast(null as date) as registered_on,
        cast(null as date) as withdrawn_on,
        cast(null as date) as birth_on,
        cast(null as string) as gender,
        cast(null as string) as prefecture_code,
        cast(null as string) as member_rank,
        cast(null as string) as first_media_code,
        cast(null as string) as industry_code,
        false as is_employee,
        false as is_test,
        false as is_deceased,
        false as is_minor_flag,
        false as is_competitor,
        mentions.purposes,
        false as is_registered
    from mentions
    left join registered_parties on mentions.party_key = registered_parties.party_key
    where registered_parties.party_key is null
),

parties as (
    select * from registered_parties
    union all
    select * from mentioned_parties
),

final as (
    select
        parties.*,
        least(
            parties.registered_on, parties.withdrawn_on, mentions.first_seen_on, cast(parties.first_known_at as date)
        ) as first_fact_on,
        gift_recipients.party_key is not null
        and buyers.party_key is null
        and parties.registered_on is null as is_gift_only
    from parties
    left join mentions on parties.party_key = mentions.party_key
    left join gift_recipients on parties.party_key = gift_recipients.party_key
    left join buyers on parties.party_key = buyers.party_key
)

select * from final
