{{ config(materialized='replaced', meta={'replace_by': 'record'}) }}
-- What may tell that two contacts of one account are one human: their own address, or their direct number with the name in kana.
-- Such a key counts within the account only (scope_key); two names on one address are a mailbox of several people and part it.
with contacts as (
    select * from {{ of_changed_keys(ref('stg_contact_versions'), 'contact_key') }}
    where account_key is not null
),

folds as (
    select
        {{ ordered_list("case when fold_kind = 'name' then from_char end", 'fold_no', '') }} as name_from,
        {{ ordered_list("case when fold_kind = 'name' then to_char end", 'fold_no', '') }} as name_to,
        {{ ordered_list("case when fold_kind = 'kana' then from_char end", 'fold_no', '') }} as kana_from,
        {{ ordered_list("case when fold_kind = 'kana' then to_char end", 'fold_no', '') }} as kana_to
    from {{ ref('identity_folds') }}
),

role_mailbox as (
    select word from {{ ref('identity_words') }} where word_kind = 'role_mailbox'
),

people as (
    select
        contacts.contact_key as party_key,
        contacts.account_key as scope_key,
        contacts.known_at,
        lower(contacts.email) as email,
        contacts.phone_direct,
        {{ folded(whole_name('contacts.family_name', 'contacts.given_name'), 'folds.name_from', 'folds.name_to') }} as name_key,
        {{ folded(whole_name('contacts.family_name_kana', 'contacts.given_name_kana'), 'folds.kana_from', 'folds.kana_to') }} as kana_key
    from contacts
    cross join folds
),

values_of_rules as (
    select 'CONTACT_EMAIL' as match_rule, people.party_key, people.scope_key, people.known_at, people.email as key_text, people.name_key as veto_value
    from people
    left join role_mailbox on people.email like role_mailbox.word || '@%'
    where role_mailbox.word is null

    union all

    select 'CONTACT_PHONE_KANA', party_key, scope_key, known_at, phone_direct || '|' || kana_key, cast(null as string)
    from people
),

final as (
    select
        party_key,
        match_rule,
        {{ hash16(['match_rule', 'key_text']) }} as block_key,
        scope_key,
        min(known_at) as known_at,
        min(veto_value) as veto_value
    from values_of_rules
    where key_text is not null
    group by party_key, match_rule, key_text, scope_key
)

select * from final
