{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- The next day after as_of on which a party's state could change although nothing new becomes known; NULL is never. It may be a day
-- too early, never one too late: a daily run takes up the parties whose day has come and those with new facts.
with cycles as (
    select * from {{ concerned(ref('int_dormancy__cycle')) }}
    where next_started_on is null
),

clock as (
    select * from {{ concerned(ref('int_dormancy__clock')) }}
),

spells as (
    select * from {{ concerned(ref('int_dormancy__spell')) }}
    where end_on is null
),

present as (
    select * from clock
    where clock_on <= {{ as_of() }} and (next_clock_on is null or {{ as_of() }} < next_clock_on)
),

awake as (
    select
        present.person_id,
        present.next_clock_on,
        case cycles.opening_code when 'R' then present.reripe_on when 'C' then null else present.ripe_on end as ripe_on,
        present.d2_guard_on,
        present.d3_guard_on,
        present.inactive_on,
        spells.long_silent_on,
        spells.person_id is not null as is_dormant
    from present
    inner join cycles on present.person_id = cycles.person_id
    left join spells on present.person_id = spells.person_id
),

days as (
    select person_id, next_clock_on as change_on from awake
    union all
    select person_id, ripe_on as change_on from awake
    where not is_dormant
    union all
    select person_id, d2_guard_on as change_on from awake
    where not is_dormant
    union all
    select person_id, d3_guard_on as change_on from awake
    where not is_dormant
    union all
    select person_id, inactive_on as change_on from awake
    where not is_dormant
    union all
    select person_id, long_silent_on as change_on from awake
    where is_dormant
),

final as (
    select
        person_id,
        min(case when change_on > {{ as_of() }} then change_on end) as next_change_on
    from days
    group by person_id
)

select * from final
