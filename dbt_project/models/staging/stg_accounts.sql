with latest as (
    {{ latest_as_known('accounts', key=['account_id'], event='registered_at', absence_deletes=true) }}
),

final as (
    select
        {{ global_id('account_id') }} as account_key,
        account_id as source_account_id,
        corporate_number,
        account_name,
        account_name_kana,
        legal_form,
        legal_form_position,
        industry_code,
        employee_band,
        postal_code,
        prefecture_code,
        city,
        address_line1,
        address_line2,
        phone,
        fax,
        domain,
        {{ global_id('parent_account_id') }} as parent_account_key,
        owner_id,
        registered_at,
        updated_at,
        contract_status,
        contract_start_on,
        contract_end_on,
        {{ mapped_reason('latest.cancel_reason_code') }} as cancel_reason_code,
        is_competitor,
        antisocial_check_status,
        antisocial_checked_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
    {{ reason_joins('latest.source_system', 'latest.cancel_reason_code') }}
)

select * from final
