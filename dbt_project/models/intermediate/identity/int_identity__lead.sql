{{ config(materialized='replaced', meta={'replace_by': 'person'}) }}
-- The record that speaks for a party where its records differ: a registered one before a mere mention, the newest first.
with records as (
    select * from {{ ref('int_identity__record') }}
),

members as (
    select * from {{ of_changed_people(ref('int_identity__member')) }}
),

final as (
    select
        members.person_id,
        records.party_key
    from records
    inner join members on records.party_key = members.party_key
    qualify row_number() over (
        partition by members.person_id
        order by records.is_registered desc, records.first_known_at desc, records.registered_on desc nulls last, records.party_key
    ) = 1
)

select * from final
