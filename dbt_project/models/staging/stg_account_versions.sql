-- Every set of identifying values that was ever known of an account, from the day it was first known.
with final as (
    select
        {{ global_id('account_id') }} as account_key,
        source_system,
        account_id as source_account_id,
        corporate_number,
        account_name,
        domain,
        postal_code,
        {{ global_id('parent_account_id') }} as parent_account_key,
        min(known_at) as known_at
    from {{ source('raw', 'accounts') }}
    where {{ counts_already('registered_at') }}
    group by source_system, account_id, corporate_number, account_name, domain, postal_code, parent_account_id
)

select * from final
