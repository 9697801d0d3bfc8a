-- Attributes of B2B accounts; the party itself is in dim_person under the same person_id.
with parties as (
    select *
    from {{ ref('int_identity__party') }}
    where party_type = 'account'
),

accounts as (
    select * from {{ ref('stg_accounts') }}
),

parents as (
    select
        party_key,
        person_id
    from {{ ref('int_identity__member') }}
),

final as (
    select
        parties.person_id,
        parties.source_system,
        accounts.account_name,
        accounts.corporate_number,
        accounts.legal_form,
        accounts.legal_form_position,
        parties.industry_code,
        accounts.employee_band,
        parties.prefecture_code,
        accounts.owner_id,
        parents.person_id as parent_account_id,
        accounts.contract_status,
        accounts.contract_start_on,
        accounts.contract_end_on,
        accounts.cancel_reason_code,
        parties.is_competitor,
        accounts.antisocial_check_status,
        cast(accounts.antisocial_checked_at as date) as antisocial_checked_on
    from parties
    left join accounts on parties.party_key = accounts.account_key
    left join parents on accounts.parent_account_key = parents.party_key
)

select * from final
