{{ config(materialized='replaced', meta={'replace_by': 'circle'}) }}
-- The id of every record of a circle at every moment; the earliest known record of a group names it.
with groups as (
    select * from {{ of_circles(ref('int_identity__group')) }}
),

starts as (
    select * from {{ of_circles(ref('int_identity__start')) }}
),

final as (
    select
        groups.party_key,
        groups.changed_at,
        first_value(starts.own_person_id) over (
            partition by groups.group_id
            order by starts.first_known_at, starts.source_system, starts.source_id
        ) as person_id
    from groups
    inner join starts on groups.party_key = starts.party_key
)

select * from final
