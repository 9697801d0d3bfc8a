{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- Stretches in which a party came (bought or visited a store) in enough of the last months, from the first day of such a month to
-- the first day it came in a later one. crossed_on is the end of the last of the empty months that would follow.
with order_days as (
    select
        person_id,
        ordered_on as active_on,
        gap_days
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

visitors as (
    select distinct person_id from visits
),

-- without visits the first day of a month is a purchase day whose last one lay in another month
months_of_others as (
    select
        order_days.person_id,
        {{ month_number('order_days.active_on') }} as month_no,
        order_days.active_on as from_on
    from order_days
    left join visitors on order_days.person_id = visitors.person_id
    where
        visitors.person_id is null
        and (
            order_days.gap_days is null
            or {{ month_number(add_days('order_days.active_on', '-order_days.gap_days')) }} != {{ month_number('order_days.active_on') }}
        )
),

days_of_visitors as (
    select
        order_days.person_id,
        order_days.active_on
    from order_days
    inner join visitors on order_days.person_id = visitors.person_id
    union all
    select
        person_id,
        active_on
    from visits
),

months as (
    select * from months_of_others
    union all
    select
        person_id,
        {{ month_number('active_on') }} as month_no,
        min(active_on) as from_on
    from days_of_visitors
    group by person_id, {{ month_number('active_on') }}
),

active_months as (
    select months.*
    from months
    inner join buyers on months.person_id = buyers.person_id
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
