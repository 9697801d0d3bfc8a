{{ config(materialized='replaced', meta={'replace_by': 'record'}) }}
-- Every record with the moment it was first known and the id it has while it is alone.
with records as (
    select * from {{ of_changed_keys(ref('int_identity__record')) }}
),

seen as (
    select customer_key as party_key, source_system, source_customer_id as source_id, 'person' as party_type, known_at
    from {{ of_changed_keys(ref('stg_customer_versions'), 'customer_key') }}
    union all
    select account_key, source_system, source_account_id, 'account', known_at
    from {{ of_changed_keys(ref('stg_account_versions'), 'account_key') }}
    union all
    select contact_key, source_system, source_contact_id, 'person', known_at
    from {{ of_changed_keys(ref('stg_contact_versions'), 'contact_key') }}
    union all
    select party_key, source_system, source_id, party_type, first_known_at
    from records
),

firsts as (
    select
        party_key,
        min(source_system) as source_system,
        min(source_id) as source_id,
        min(party_type) as party_type,
        min(known_at) as first_known_at
    from seen
    group by party_key
),

final as (
    select
        party_key,
        source_system,
        source_id,
        party_type,
        first_known_at,
        case
            when party_type = 'account' then {{ account_person_id('source_system', 'source_id') }}
            else {{ person_id('source_system', 'source_id') }}
        end as own_person_id
    from firsts
)

select * from final
