-- Parties without personal data: natural persons and B2B accounts. A contact carries the account it belongs to.
with parties as (
    select * from {{ ref('int_identity__party') }}
),

age_bands as (
    select * from {{ ref('age_bands') }}
),

-- age moves with the days: here alone, so that no other table has to be made anew for it
aged as (
    select
        person_id,
        {{ age_on('birth_on', as_of()) }} as age
    from parties
    where birth_on is not null
),

prefectures as (
    select * from {{ ref('prefectures') }}
),

final as (
    select
        parties.person_id,
        parties.party_type,
        parties.account_person_id as account_id,
        parties.business_type,
        parties.source_system,
        cast(parties.first_known_at as date) as first_known_on,
        parties.first_fact_on,
        parties.registered_on,
        parties.withdrawn_on,
        parties.cluster_id,
        parties.gender,
        age_bands.age_band,
        parties.prefecture_code,
        prefectures.prefecture_ja,
        prefectures.region_ja,
        parties.member_rank,
        parties.first_media_code,
        parties.industry_code,
        parties.is_employee,
        parties.is_test,
        parties.is_deceased,
        parties.is_competitor,
        parties.is_gift_only
    from parties
    left join aged on parties.person_id = aged.person_id
    left join age_bands on aged.age >= age_bands.from_age and aged.age < age_bands.to_age
    left join prefectures on parties.prefecture_code = prefectures.prefecture_code
)

select * from final
