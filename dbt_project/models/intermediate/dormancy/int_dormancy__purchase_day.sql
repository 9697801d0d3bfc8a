{{ config(materialized='view') }} -- nearly all rows are those of int_activity__order_day
-- Purchase days that count for dormancy: all but those on which only boxes of an already cancelled subscription arrived. Where a
-- person has such days, its gaps are measured without them.
with order_days as (
    select * from {{ concerned(ref('int_activity__order_day')) }}
),

left_over as (
    select
        person_id,
        ordered_on
    from {{ concerned(ref('int_dormancy__delivery')) }}
    where delivery_kind = 'left_over'
),

concerned as (
    select distinct person_id
    from left_over
),

untouched as (
    select
        order_days.person_id,
        order_days.ordered_on,
        order_days.occasion_no,
        order_days.gap_days,
        order_days.median_gap_days,
        order_days.next_on,
        order_days.category_l1
    from order_days
    left join concerned on order_days.person_id = concerned.person_id
    where concerned.person_id is null
),

counted as (
    select order_days.*
    from order_days
    inner join concerned on order_days.person_id = concerned.person_id
    left join left_over on order_days.person_id = left_over.person_id and order_days.ordered_on = left_over.ordered_on
    where left_over.person_id is null
),

neighbours as (
    select
        person_id,
        ordered_on,
        category_l1,
        cast(row_number() over (partition by person_id order by ordered_on) as integer) as occasion_no,
        lag(ordered_on) over (partition by person_id order by ordered_on) as prev_on,
        lead(ordered_on) over (partition by person_id order by ordered_on) as next_on
    from counted
),

gaps as (
    select
        *,
        {{ days_between('prev_on', 'ordered_on') }} as gap_days
    from neighbours
),

remeasured as (
    select
        person_id,
        ordered_on,
        occasion_no,
        gap_days,
        {{ running_median('gap_days', 'person_id', 'ordered_on') }} as median_gap_days,
        next_on,
        category_l1
    from gaps
),

final as (
    select * from untouched
    union all
    select * from remeasured
)

select * from final
