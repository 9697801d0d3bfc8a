-- Every set of identifying values that was ever known of a contact, from the day it was first known.
with final as (
    select
        {{ global_id('contact_id') }} as contact_key,
        source_system,
        contact_id as source_contact_id,
        {{ global_id('account_id') }} as account_key,
        family_name,
        given_name,
        family_name_kana,
        given_name_kana,
        email,
        phone_direct,
        min(known_at) as known_at
    from {{ source('raw', 'contacts') }}
    where {{ counts_already('registered_at') }}
    group by
        source_system, contact_id, account_id, family_name, given_name, family_name_kana, given_name_kana, email, phone_direct
)

select * from final
