-- Today's e-mail list with the consent each row goes out on.
with targets as (
    select * from {{ ref('fct_target') }}
    where channel = 'email' and frozen_on = {{ as_of() }}
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
        contacts.email,
        contacts.account_name,
        {{ printed_name('contacts') }} as printed_name,
        case when targets.consent_event_id is null then 'N' else 'Y' end as consent_flag,
        targets.consent_event_id,
        targets.consented_at,
        lists.valid_until_on
    from targets
    inner join lists on lists.list_id = targets.list_id
    inner join contacts
        on contacts.person_id = targets.addressee_person_id
        and contacts.email_contact_point_id = targets.contact_point_id
)

select * from final
