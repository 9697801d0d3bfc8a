{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- What the orders before each spell show: the last gaps, the change of amount, discounts, how abruptly the party stopped.
with spells as (
    select * from {{ concerned(ref('int_cause__spell')) }}
),

orders as (
    select *
    from {{ concerned(ref('int_activity__order')) }}
    where is_valid and person_id is not null
),

order_days as (
    select * from {{ concerned(ref('int_activity__order_day')) }}
),

source_orders as (
    select * from {{ ref('stg_orders') }}
),

discount_lines as (
    select distinct order_id
    from {{ ref('stg_order_lines') }}
    where line_type = 'discount' and net_amount != 0
),

touches as (
    select * from {{ concerned(ref('int_activity__touch')) }}
),

gaps as (
    select
        person_id,
        ordered_on,
        occasion_no,
        lag(gap_days, 2) over (partition by person_id order by ordered_on) as first_gap_days,
        lag(gap_days) over (partition by person_id order by ordered_on) as second_gap_days,
        gap_days as third_gap_days,
        {{ running_median('gap_days', 'person_id', 'ordered_on') }} as median_gap_days,
        avg(gap_days) over (
            partition by person_id order by ordered_on rows between 2 preceding and current row
        ) as mean_gap_days,
        stddev_pop(gap_days) over (
            partition by person_id order by ordered_on rows between 2 preceding and current row
        ) as gap_deviation_days
    from order_days
),

numbered as (
    select
        orders.person_id,
        orders.ordered_on,
        orders.order_id,
        orders.net_amount,
        orders.category_l1,
        case when coalesce(source_orders.discount_amount, 0) != 0 or discount_lines.order_id is not null then 1 else 0 end as is_discounted,
        row_number() over (partition by orders.person_id order by orders.ordered_at, orders.order_id) as order_no,
        lag(orders.order_id) over (partition by orders.person_id order by orders.ordered_at, orders.order_id) as second_order_id,
        lag(orders.order_id, 2) over (partition by orders.person_id order by orders.ordered_at, orders.order_id) as third_order_id
    from orders
    inner join source_orders on orders.order_id = source_orders.order_id
    left join discount_lines on orders.order_id = discount_lines.order_id
),

last_orders as (
    select
        spells.person_id,
        spells.spell_no,
        numbered.order_no,
        numbered.order_id,
        numbered.category_l1,
        numbered.second_order_id,
        numbered.third_order_id
    from spells
    inner join numbered on spells.person_id = numbered.person_id and spells.last_order_on = numbered.ordered_on
    qualify row_number() over (partition by spells.person_id, spells.spell_no order by numbered.order_no desc) = 1
),

-- the last two orders against all earlier ones
histories as (
    select
        last_orders.person_id,
        last_orders.spell_no,
        avg(case when numbered.order_no >= last_orders.order_no - 1 then numbered.net_amount end) as recent_mean_amount,
        median(case when numbered.order_no < last_orders.order_no - 1 then numbered.net_amount end) as earlier_median_amount,
        avg(cast(numbered.is_discounted as double)) as discounted_ratio
    from last_orders
    inner join numbered
        on last_orders.person_id = numbered.person_id and numbered.order_no <= last_orders.order_no
    group by last_orders.person_id, last_orders.spell_no
),

contacted as (
    select
        spells.person_id,
        spells.spell_no,
        max(case when touches.is_two_way then touches.touched_on end) as last_touch_on,
        max(case when touches.kind in ('open', 'click') then touches.touched_on end) as last_opened_on
    from spells
    inner join touches on spells.person_id = touches.person_id and touches.touched_on < spells.dormant_on
    where touches.is_two_way or touches.kind in ('open', 'click')
    group by spells.person_id, spells.spell_no
),

final as (
    select
        spells.person_id,
        spells.spell_no,
        spells.dormant_on,
        spells.last_order_on,
        spells.expected_on,
        spells.deciding_rule,
        gaps.occasion_no,
        gaps.first_gap_days,
        gaps.second_gap_days,
        gaps.third_gap_days,
        {{ round9(ratio('gaps.gap_deviation_days', 'gaps.mean_gap_days')) }} as gap_variation,
        {{ round9(ratio(days_between('spells.last_order_on', 'spells.dormant_on'), 'gaps.median_gap_days')) }} as silence_ratio,
        cast(last_orders.order_no as integer) as order_count,
        last_orders.category_l1,
        {{ round9(ratio('histories.recent_mean_amount', 'histories.earlier_median_amount')) }} as amount_ratio,
        {{ round9('histories.discounted_ratio') }} as discounted_ratio,
        {{ days_between('contacted.last_touch_on', 'spells.dormant_on') }} as days_without_contact,
        {{ days_between('contacted.last_opened_on', 'spells.dormant_on') }} as days_without_opening,
        last_orders.order_id as last_order_id,
        last_orders.second_order_id,
        last_orders.third_order_id
    from spells
    inner join gaps on spells.person_id = gaps.person_id and spells.last_order_on = gaps.ordered_on
    inner join last_orders on spells.person_id = last_orders.person_id and spells.spell_no = last_orders.spell_no
    inner join histories on spells.person_id = histories.person_id and spells.spell_no = histories.spell_no
    left join contacted on spells.person_id = contacted.person_id and spells.spell_no = contacted.spell_no
)

select * from final
