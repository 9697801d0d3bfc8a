{{ config(materialized='replaced', meta={'replace_by': 'record'}) }}
-- What may tell that two records are one party: one row per record, rule and value ever known, with the day it was first known.
-- Values are folded for comparison and hashed; what is printed is never touched. A value that is missing makes no key.
with customers as (
    select * from {{ of_changed_keys(ref('stg_customer_versions'), 'customer_key') }}
),

accounts as (
    select * from {{ of_changed_keys(ref('stg_account_versions'), 'account_key') }}
),

points as (
    select * from {{ of_changed_keys(ref('stg_contact_points')) }}
),

folds as (
    select
        {{ ordered_list("case when fold_kind = 'name' then from_char end", 'fold_no', '') }} as name_from,
        {{ ordered_list("case when fold_kind = 'name' then to_char end", 'fold_no', '') }} as name_to,
        {{ ordered_list("case when fold_kind = 'kana' then from_char end", 'fold_no', '') }} as kana_from,
        {{ ordered_list("case when fold_kind = 'kana' then to_char end", 'fold_no', '') }} as kana_to,
        {{ ordered_list("case when fold_kind = 'company' then from_char end", 'fold_no', '') }} as company_from,
        {{ ordered_list("case when fold_kind = 'company' then to_char end", 'fold_no', '') }} as company_to
    from {{ ref('identity_folds') }}
),

words as (
    select {{ ordered_list('word', 'word_no', '|') }} as branch_pattern
    from {{ ref('identity_words') }}
    where word_kind = 'branch'
),

forms as (
    select '(?i)' || {{ ordered_list('spelling_pattern', 'form_no', '|') }} as legal_form_pattern
    from {{ ref('legal_forms') }}
),

free_mail as (
    select word from {{ ref('identity_words') }} where word_kind = 'free_mail'
),

role_mailbox as (
    select word from {{ ref('identity_words') }} where word_kind = 'role_mailbox'
),

-- folding a text costs as much as reading it, and names recur: each different part of a name is folded once
parts_of_names as (
    select 'name' as part_kind, family_name as part_text from customers
    union
    select 'name', given_name from customers
    union
    select 'kana', family_name_kana from customers
    union
    select 'kana', given_name_kana from customers
),

parts as (
    select
        parts_of_names.part_kind,
        parts_of_names.part_text,
        {{ without_spaces('parts_of_names.part_text') }} as plain_text,
        case
            when parts_of_names.part_kind = 'name'
                then {{ folded(without_spaces('parts_of_names.part_text'), 'folds.name_from', 'folds.name_to') }}
            else {{ folded(without_spaces('parts_of_names.part_text'), 'folds.kana_from', 'folds.kana_to') }}
        end as folded_text
    from parts_of_names
    cross join folds
    where parts_of_names.part_text is not null
),

people as (
    select
        customers.customer_key as party_key,
        customers.known_at,
        customers.email,
        customers.phone,
        cast(customers.birth_date as string) as birth_text,
        customers.postal_code,
        case when family.plain_text || given.plain_text <> '' then family.folded_text || given.folded_text end as name_key,
        case when family_kana.plain_text || given_kana.plain_text <> '' then family_kana.folded_text || given_kana.folded_text end as kana_key
    from customers
    left join parts as family on customers.family_name = family.part_text and family.part_kind = 'name'
    left join parts as given on customers.given_name = given.part_text and given.part_kind = 'name'
    left join parts as family_kana on customers.family_name_kana = family_kana.part_text and family_kana.part_kind = 'kana'
    left join parts as given_kana on customers.given_name_kana = given_kana.part_text and given_kana.part_kind = 'kana'
),

-- a customer's further addresses and numbers, from the day both they and the name are known
further_points as (
    select
        people.party_key,
        greatest(people.known_at, points.first_known_at) as known_at,
        points.type,
        points.value_norm,
        people.kana_key,
        people.birth_text
    from points
    inner join people on points.party_key = people.party_key
    where points.type in ('email', 'phone')
),

emails as (
    select party_key, known_at, email from people
    union all
    select party_key, known_at, value_norm from further_points where type = 'email'
),

phones as (
    select party_key, known_at, phone, kana_key, birth_text from people
    union all
    select party_key, known_at, value_norm, kana_key, birth_text from further_points where type = 'phone'
),

account_names as (
    select distinct account_name from accounts where account_name is not null
),

-- the patterns are rows of tables, so a name costs much: each different one is read once
company_names as (
    select
        account_names.account_name,
        max(nullif(lower({{ without_spaces(folded(without_matches('account_names.account_name', 'forms.legal_form_pattern'), 'folds.company_from', 'folds.company_to')) }}), '')) as name_key,
        max(case when {{ without_matches('account_names.account_name', 'words.branch_pattern') }} <> account_names.account_name then account_names.account_name end) as branch_name
    from account_names
    cross join folds
    cross join forms
    cross join words
    group by account_names.account_name
),

companies as (
    select
        accounts.account_key as party_key,
        accounts.known_at,
        accounts.corporate_number,
        accounts.postal_code,
        lower(accounts.domain) as domain,
        company_names.name_key,
        -- a branch stands apart from its head office, known by its own name or by the parent the source names
        case
            when company_names.branch_name is not null then company_names.branch_name
            when accounts.parent_account_key is not null then coalesce(accounts.postal_code, accounts.account_key)
            else ''
        end as branch_key
    from accounts
    left join company_names on accounts.account_name = company_names.account_name
),

values_of_rules as (
    select 'EMAIL' as match_rule, emails.party_key, emails.known_at, lower(emails.email) as key_text, cast(null as string) as veto_value
    from emails
    left join role_mailbox on lower(emails.email) like role_mailbox.word || '@%'
    where role_mailbox.word is null

    union all

    select 'PHONE_KANA', party_key, known_at, phone || '|' || kana_key, birth_text
    from phones

    union all

    select 'NAME_BIRTH_POSTAL', party_key, known_at, name_key || '|' || birth_text || '|' || postal_code, cast(null as string)
    from people

    union all

    select 'CORPORATE_NUMBER', party_key, known_at, corporate_number || '|' || branch_key, cast(null as string)
    from companies

    union all

    select 'DOMAIN_NAME', companies.party_key, companies.known_at, companies.domain || '|' || companies.name_key || '|' || companies.branch_key, companies.corporate_number
    from companies
    left join free_mail on companies.domain = free_mail.word
    where free_mail.word is null

    union all

    select 'NAME_POSTAL', party_key, known_at, name_key || '|' || postal_code || '|' || branch_key, corporate_number
    from companies
),

final as (
    select
        party_key,
        match_rule,
        {{ hash16(['match_rule', 'key_text']) }} as block_key,
        min(known_at) as known_at,
        min(veto_value) as veto_value
    from values_of_rules
    where key_text is not null
    group by party_key, match_rule, key_text
)

select * from final
