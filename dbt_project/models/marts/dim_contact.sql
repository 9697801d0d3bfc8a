-- The only mart with personal data: how to write to and reach a party. It never leaves the warehouse.
with parties as (
    select * from {{ ref('int_identity__party') }}
),

names as (
    select * from {{ ref('int_identity__name') }}
),

usable_points as (
    select *
    from {{ ref('int_identity__contact_point') }}
    where is_valid
),

prefectures as (
    select * from {{ ref('prefectures') }}
),

permitted_points as (
    select distinct contact_point_id
    from {{ ref('int_eligibility__channel') }}
    where is_permitted
),

-- the point a list may use comes before the party's first one
best_points as (
    select
        usable_points.person_id,
        usable_points.point_type,
        usable_points.contact_point_id,
        usable_points.value_norm
    from usable_points
    left join permitted_points on permitted_points.contact_point_id = usable_points.contact_point_id
    qualify row_number() over (
        partition by usable_points.person_id, usable_points.point_type
        order by permitted_points.contact_point_id is null, usable_points.rank, usable_points.contact_point_id
    ) = 1
),

final as (
    select
        parties.person_id,
        names.family_name,
        names.given_name,
        names.family_name_kana,
        names.given_name_kana,
        names.account_name,
        names.department,
        names.job_title,
        parties.birth_on,
        emails.contact_point_id as email_contact_point_id,
        emails.value_norm as email,
        phones.contact_point_id as phone_contact_point_id,
        phones.value_norm as phone,
        names.phone_extension,
        faxes.value_norm as fax,
        names.postal_code,
        names.prefecture_code,
        prefectures.prefecture_ja,
        names.city,
        names.address_line1,
        names.address_line2,
        names.needs_review
    from parties
    inner join names on parties.person_id = names.person_id
    left join prefectures on names.prefecture_code = prefectures.prefecture_code
    left join best_points as emails on parties.person_id = emails.person_id and emails.point_type = 'email'
    left join best_points as phones on parties.person_id = phones.person_id and phones.point_type = 'phone'
    left join best_points as faxes on parties.person_id = faxes.person_id and faxes.point_type = 'fax'
)

select * from final
