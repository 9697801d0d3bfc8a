{{ config(materialized='replaced', meta={'replace_by': 'circle'}) }}
-- How every id leads to the party, from the day on which it was known to: the sources' own ids, and under the source system
-- 'okoshi' every id that a party had before. The last row of an id holds today.
with starts as (
    select * from {{ of_circles(ref('int_identity__start')) }}
),

history as (
    select * from {{ of_circles(ref('int_identity__history')) }}
),

-- one row a day: the last change of a day holds
daily as (
    select
        starts.party_key,
        starts.source_system,
        starts.source_id,
        starts.own_person_id,
        cast(coalesce(history.changed_at, starts.first_known_at) as date) as valid_from,
        coalesce(history.person_id, starts.own_person_id) as person_id
    from starts
    left join history on starts.party_key = history.party_key
    qualify row_number() over (
        partition by starts.party_key, cast(coalesce(history.changed_at, starts.first_known_at) as date)
        order by history.changed_at desc
    ) = 1
),

compared as (
    select
        *,
        lag(person_id) over (partition by party_key order by valid_from) as previous_person_id,
        max(case when person_id = own_person_id then 1 else 0 end) over (
            partition by party_key order by valid_from rows between unbounded preceding and current row
        ) as has_had_own_id
    from daily
),

changed as (
    select * from compared
    where previous_person_id is distinct from person_id
),

final as (
    select source_system, source_id, valid_from, person_id, party_key
    from changed
    union all
    select 'okoshi' as source_system, own_person_id as source_id, valid_from, person_id, party_key
    from changed
    where has_had_own_id = 1 and previous_person_id is not null
)

select * from final
