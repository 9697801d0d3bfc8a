-- What the orders before each spell show: the last three gaps, the change of amount, how abruptly the party stopped.
with spells as (
    select * from {{ ref('int_dormancy__spell') }}
),

orders as (
    select *
    from {{ ref('int_activity__order') }}
    where is_valid and person_id is not null
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

clock as (
    select * from {{ ref('int_dormancy__clock') }}
),

touches as (
    select * from {{ ref('int_activity__touch') }}
),

gaps as (
    select
        person_id,
        ordered_on,
        occasion_no,
        lag(gap_days, 2) over (partition by person_id order by ordered_on) as first_gap_days,
        lag(gap_days) over (partition by person_id order by ordered_on) as second_gap_days,
        gap_days as third_gap_days,
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
        person_id,
        ordered_on,
        order_id,
        net_amount,
        row_number() over (partition by person_id order by ordered_at, order_id) as order_no,
        lag(order_id) over (partition by person_id order by ordered_at, order_id) as second_order_id,
        lag(order_id, 2) over (partition by person_id order by ordered_at, order_id) as third_order_id
    from orders
),

last_orders as (
    select
        spells.person_id,
        spells.spell_no,
        numbered.order_no,
        numbered.order_id,
        numbered.second_order_id,
        numbered.third_order_id
    from spells
    inner join numbered on spells.person_id = numbered.person_id and spells.last_order_on = numbered.ordered_on
    qualify row_number() over (partition by spells.person_id, spells.spell_no order by numbered.order_no desc) = 1
),

-- the last two orders against all earlier ones
amounts as (
    select
        last_orders.person_id,
        last_orders.spell_no,
        avg(case when numbered.order_no >= last_orders.order_no - 1 then numbered.net_amount end) as recent_mean_amount,
        median(case when numbered.order_no < last_orders.order_no - 1 then numbered.net_amount end) as earlier_median_amount
    from last_orders
    inner join numbered
        on last_orders.person_id = numbered.person_id and numbered.order_no <= last_orders.order_no
    group by last_orders.person_id, last_orders.spell_no
),

contacted as (
    select
        spells.person_id,
        spells.spell_no,
        max(touches.touched_on) as last_touch_on
    from spells
    inner join touches on spells.person_id = touches.person_id and touches.touched_on < spells.dormant_on
    where touches.is_two_way
    group by spells.person_id, spells.spell_no
),

final as (
    select
        spells.person_id,
        spells.spell_no,
        spells.dormant_on,
        spells.last_order_on,
        gaps.occasion_no,
        gaps.first_gap_days,
        gaps.second_gap_days,
        gaps.third_gap_days,
        {{ round9(ratio('gaps.gap_deviation_days', 'gaps.mean_gap_days')) }} as gap_variation,
        {{ round9(ratio(days_between('spells.last_order_on', 'spells.dormant_on'), 'clock.median_gap_days')) }} as silence_ratio,
        cast(last_orders.order_no as integer) as order_count,
        {{ round9(ratio('amounts.recent_mean_amount', 'amounts.earlier_median_amount')) }} as amount_ratio,
        {{ days_between('contacted.last_touch_on', 'spells.dormant_on') }} as days_without_contact,
        last_orders.order_id as last_order_id,
        last_orders.second_order_id,
        last_orders.third_order_id
    from spells
    inner join gaps on spells.person_id = gaps.person_id and spells.last_order_on = gaps.ordered_on
    inner join clock on spells.person_id = clock.person_id and spells.last_order_on = clock.clock_on
    inner join last_orders on spells.person_id = last_orders.person_id and spells.spell_no = last_orders.spell_no
    inner join amounts on spells.person_id = amounts.person_id and spells.spell_no = amounts.spell_no
    left join contacted on spells.person_id = contacted.person_id and spells.spell_no = contacted.spell_no
)

select * from final
