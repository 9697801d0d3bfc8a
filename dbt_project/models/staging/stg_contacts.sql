with latest as (
    {{ latest_as_known('contacts', key=['contact_id'], event='registered_at', absence_deletes=true) }}
),

final as (
    select
        {{ global_id('contact_id') }} as contact_key,
        contact_id as source_contact_id,
        {{ global_id('account_id') }} as account_key,
        family_name,
        given_name,
        family_name_kana,
        given_name_kana,
        department,
        job_title,
        decision_role,
        email,
        phone_direct,
        phone_extension,
        registered_at,
        updated_at,
        left_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
