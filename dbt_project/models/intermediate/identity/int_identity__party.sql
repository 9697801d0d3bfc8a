{{ config(materialized='replaced', meta={'replace_by': 'person'}) }}
-- One row per party: a natural person or a B2B account, with all its records as one. Marks against contact unite; what is a fact
-- of one record comes from the record that speaks for the party, else from any that knows it.
with records as (
    select * from {{ ref('int_identity__record') }}
),

members as (
    select * from {{ of_changed_people(ref('int_identity__member')) }}
),

account_members as (
    select * from {{ ref('int_identity__member') }}
),

leads as (
    select * from {{ of_changed_people(ref('int_identity__lead')) }}
),

households as (
    select * from {{ of_changed_people(ref('int_identity__household')) }}
),

-- a member who left under one number and stays under another is a member; a stop still counts from the first leaving
united as (
    select
        members.person_id,
        min(records.first_known_at) as first_known_at,
        min(records.first_fact_on) as first_fact_on,
        min(records.registered_on) as registered_on,
        case
            when count(records.withdrawn_on) = count(case when records.is_registered then 1 end) then max(records.withdrawn_on)
        end as withdrawn_on,
        min(records.withdrawn_on) as first_withdrawn_on,
        min(records.birth_on) as birth_on,
        min(records.gender) as gender,
        min(records.prefecture_code) as prefecture_code,
        max(case when records.is_employee then 1 else 0 end) = 1 as is_employee,
        max(case when records.is_test then 1 else 0 end) = 1 as is_test,
        max(case when records.is_deceased then 1 else 0 end) = 1 as is_deceased,
        max(case when records.is_minor_flag then 1 else 0 end) = 1 as is_minor_flag,
        max(case when records.is_competitor then 1 else 0 end) = 1 as is_competitor,
        min(case when records.is_gift_only then 1 else 0 end) = 1 as is_gift_only,
        nullif(min(coalesce(records.purposes, '')), '') as purposes,
        count(*) as record_count
    from records
    inner join members on records.party_key = members.party_key
    group by members.person_id
),

contact_facts as (
    select
        accounts.person_id,
        min(records.first_fact_on) as first_fact_on
    from records
    inner join members as accounts on records.account_key = accounts.party_key
    group by accounts.person_id
),

final as (
    select
        leads.person_id,
        lead_records.party_type,
        accounts.person_id as account_person_id,
        lead_records.source_system,
        lead_records.source_id,
        lead_records.party_key,
        lead_records.business_type,
        united.first_known_at,
        households.household_id,
        united.registered_on,
        united.withdrawn_on,
        united.first_withdrawn_on,
        coalesce(lead_records.birth_on, united.birth_on) as birth_on,
        coalesce(lead_records.gender, united.gender) as gender,
        coalesce(lead_records.prefecture_code, united.prefecture_code) as prefecture_code,
        lead_records.member_rank,
        lead_records.first_media_code,
        lead_records.industry_code,
        united.is_employee,
        united.is_test,
        united.is_deceased,
        united.is_minor_flag,
        united.is_competitor,
        united.purposes,
        coalesce(accounts.person_id, households.household_id, leads.person_id) as cluster_id,
        -- what a contact did belongs to its account
        case
            when accounts.person_id is null then least(united.first_fact_on, contact_facts.first_fact_on)
            else united.first_fact_on
        end as first_fact_on,
        united.is_gift_only,
        united.record_count
    from leads
    inner join records as lead_records on leads.party_key = lead_records.party_key
    inner join united on leads.person_id = united.person_id
    left join account_members as accounts on lead_records.account_key = accounts.party_key
    left join households on leads.person_id = households.person_id
    left join contact_facts on leads.person_id = contact_facts.person_id
)

select * from final
