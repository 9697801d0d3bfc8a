{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- Stretches in which a party came (bought or visited a store) in enough of the last months, from the first day of such a month to
-- the first day it came in a later one. crossed_on is the end of the last of the empty months that would follow.
with order_days as (
    select
        person_id,
        ordered_on as active_on
    from {{ concerned(ref('int_dormancy__purchase_day')) }}
),

visits as (
    select distinct
        person_id,
        touched_on as active_on
    from {{ concerned(ref('int_activity__touch')) }}
    where kind = 'activity' and channel = 'store' and direction = 'inbound' and is_two_way
),

buyers as (
    select person_id
    from {{ concerned(ref('int_identity__party')) }}
    where business_type = 'b2c'
),

rules as (
    select * from {{ ref('int_dormancy__rule') }}
),

active_days as (
    select * from order_days
    union all
    select * from visits
),

active_months as (
    select
        active_days.person_id,
        {{ month_number('active_days.active_on') }} as month_no,
        min(active_days.active_on) as from_on
    from active_days
    inner join buyers on active_days.person_id = buyers.person_id
    group by active_days.person_id, {{ month_number('active_days.active_on') }}
),

counted as (
    select
        active_months.person_id,
        active_months.from_on,
        lead(active_months.from_on) over (partition by active_months.person_id order by active_months.month_no) as to_on,
        rules.d5_min_active_months,
        rules.d5_empty_months,
        {{ count_within('active_months.month_no', 'cast(rules.d5_window_months as integer) - 1', 'active_months.person_id') }}
            as active_month_count
    from active_months
    cross join rules
),

final as (
    select
        person_id,
        from_on,
        to_on,
        cast(active_month_count as integer) as active_month_count,
        {{ month_end(add_months(month_start('from_on'), 'd5_empty_months')) }} as crossed_on
    from counted
    where active_month_count >= d5_min_active_months
)

select * from final
