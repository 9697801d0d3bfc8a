-- How every source's own id leads to the party, so that BI can join back to the CRM.
with final as (
    select
        source_system,
        source_id,
        valid_from,
        person_id
    from {{ ref('int_identity__alias') }}
)

select * from final
