-- Today's postal list: address and addressee, never the reason.
with targets as (
    select * from {{ ref('fct_target') }}
    where channel = 'dm' and frozen_on = {{ as_of() }}
),

lists as (
    select * from {{ ref('fct_list') }}
),

contacts as (
    select * from {{ ref('dim_contact') }}
),

final as (
    select
        {{ as_of() }} as as_of,
        targets.list_id,
        targets.campaign_id,
        targets.list_row_id,
        targets.row_no,
        targets.person_id,
        targets.contact_point_id,
        contacts.postal_code,
        concat(
            coalesce(contacts.prefecture_ja, ''), coalesce(contacts.city, ''), coalesce(contacts.address_line1, '')
        ) as address_line1,
        contacts.address_line2,
        contacts.account_name,
        contacts.department,
        contacts.job_title,
        {{ addressee_name('contacts') }} as addressee_name,
        {{ honorific('contacts') }} as honorific,
        {{ printed_name('contacts') }} as printed_name,
        lists.enclosure_code,
        lists.valid_until_on
    from targets
    inner join lists on lists.list_id = targets.list_id
    inner join contacts on contacts.person_id = targets.addressee_person_id
)

select * from final
