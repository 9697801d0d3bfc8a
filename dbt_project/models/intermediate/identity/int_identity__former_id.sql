-- Where an id that a party had before leads today.
with aliases as (
    select * from {{ ref('int_identity__alias') }}
    where source_system = 'okoshi'
),

final as (
    select
        source_id as former_person_id,
        person_id
    from aliases
    qualify row_number() over (partition by source_id order by valid_from desc) = 1
)

select * from final
