{{ config(materialized='replaced', meta={'replace_by': 'person'}) }}
-- Names and addresses as printed, of the record that speaks for the party. A contact is written to at the account's address.
-- N29: what holds a private-use character, a geta mark or a replacement character cannot be printed until somebody corrected it.
with leads as (
    select * from {{ of_changed_people(ref('int_identity__lead')) }}
),

customers as (
    select * from {{ ref('stg_customers') }}
),

contacts as (
    select * from {{ ref('stg_contacts') }}
),

accounts as (
    select * from {{ ref('stg_accounts') }}
),

words as (
    select {{ ordered_list('word', 'word_no', '|') }} as gaiji_pattern
    from {{ ref('identity_words') }}
    where word_kind = 'gaiji'
),

printed as (
    select
        leads.person_id,
        coalesce(customers.family_name, contacts.family_name) as family_name,
        coalesce(customers.given_name, contacts.given_name) as given_name,
        coalesce(customers.family_name_kana, contacts.family_name_kana) as family_name_kana,
        coalesce(customers.given_name_kana, contacts.given_name_kana) as given_name_kana,
        accounts.account_name,
        accounts.legal_form,
        accounts.legal_form_position,
        contacts.department,
        contacts.job_title,
        contacts.decision_role,
        contacts.phone_extension,
        cast(contacts.left_at as date) as left_on,
        coalesce(customers.postal_code, accounts.postal_code) as postal_code,
        coalesce(customers.prefecture_code, accounts.prefecture_code) as prefecture_code,
        coalesce(customers.city, accounts.city) as city,
        coalesce(customers.address_line1, accounts.address_line1) as address_line1,
        coalesce(customers.address_line2, accounts.address_line2) as address_line2,
        customers.address_key
    from leads
    left join customers on leads.party_key = customers.customer_key
    left join contacts on leads.party_key = contacts.contact_key
    left join accounts on coalesce(contacts.account_key, leads.party_key) = accounts.account_key
),

final as (
    select
        printed.*,
        coalesce({{ matches("""concat_ws(
            ' ', printed.family_name, printed.given_name, printed.account_name, printed.department, printed.job_title,
            printed.city, printed.address_line1, printed.address_line2
        )""", 'words.gaiji_pattern') }}, false) as needs_review
    from printed
    cross join words
)

select * from final
