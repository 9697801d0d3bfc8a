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

touches as (
    select * from {{ concerned(ref('int_activity__touch')) }}
),

gaps as (
    select
        person_id,
        ordered_on,
        occasion_no,
        median_gap_days,
        order_no,
        last_order_id,
        category_l1,
        amount_ratio,
        lag(gap_days, 2) over by_day as first_gap_days,
        lag(gap_days) over by_day as second_gap_days,
        gap_days as third_gap_days,
        avg(gap_days) over (
            partition by person_id order by ordered_on rows between 2 preceding and current row
        ) as mean_gap_days,
        stddev_pop(gap_days) over (
            partition by person_id order by ordered_on rows between 2 preceding and current row
        ) as gap_deviation_days
    from order_days
    window by_day as (partition by person_id order by ordered_on)
),

-- each order with the two before it and the share of discounted ones so far
histories as (
    select
        order_id,
        lag(order_id) over by_order as second_order_id,
        lag(order_id, 2) over by_order as third_order_id,
        avg(case when is_discounted then 1.0 else 0.0 end) over (
            partition by person_id order by ordered_at, order_id rows between unbounded preceding and current row
        ) as discounted_ratio
    from orders
    window by_order as (partition by person_id order by ordered_at, order_id)
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
        gaps.order_no as order_count,
        gaps.category_l1,
        gaps.amount_ratio,
        {{ round9('histories.discounted_ratio') }} as discounted_ratio,
        {{ days_between('contacted.last_touch_on', 'spells.dormant_on') }} as days_without_contact,
        {{ days_between('contacted.last_opened_on', 'spells.dormant_on') }} as days_without_opening,
        gaps.last_order_id,
        histories.second_order_id,
        histories.third_order_id
    from spells
    inner join gaps on spells.person_id = gaps.person_id and spells.last_order_on = gaps.ordered_on
    inner join histories on gaps.last_order_id = histories.order_id
    left join contacted on spells.person_id = contacted.person_id and spells.spell_no = contacted.spell_no
)

select * from final
