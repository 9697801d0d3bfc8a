-- How a source's own id leads to the party. One row each until records are merged.
with final as (
    select
        source_system,
        source_id,
        cast(first_known_at as date) as valid_from,
        person_id,
        party_key
    from {{ ref('int_identity__party') }}
)

select * from final
