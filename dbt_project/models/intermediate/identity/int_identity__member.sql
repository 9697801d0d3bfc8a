{{ config(materialized='replaced', meta={'replace_by': 'circle'}, post_hook="{{ note_changed_people(moved=true) }}") }}
-- Every record and the party it belongs to as known on as_of. A party is called after its earliest known record.
with starts as (
    select * from {{ of_circles(ref('int_identity__start')) }}
),

history as (
    select * from {{ of_circles(ref('int_identity__history')) }}
),

latest as (
    select * from history
    qualify row_number() over (partition by party_key order by changed_at desc) = 1
),

final as (
    select
        starts.party_key,
        starts.source_system,
        starts.source_id,
        starts.first_known_at,
        starts.own_person_id,
        coalesce(latest.person_id, starts.own_person_id) as person_id
    from starts
    left join latest on starts.party_key = latest.party_key
)

select * from final
