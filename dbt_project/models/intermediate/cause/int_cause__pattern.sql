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

heads as (
    select
        spells.*,
        order_days.occasion_no,
        order_days.median_gap_days,
        order_days.order_no,
        order_days.last_order_id,
        order_days.category_l1,
        order_days.amount_ratio
    from spells
    inner join order_days on spells.person_id = order_days.person_id and spells.last_order_on = order_days.ordered_on
),

-- only the last purchase days are looked at; as many last orders lie on them
{% set places = ['third', 'second', 'first'] %}
recent_days as (
    select
        heads.person_id,
        heads.spell_no,
        heads.last_order_id,
        heads.occasion_no - order_days.occasion_no as days_ago_no,
        order_days.ordered_on,
        order_days.gap_days
    from heads
    inner join order_days
        on heads.person_id = order_days.person_id
        and {{ is_one_of_last('order_days.occasion_no', 'heads.occasion_no', places | length) }}
),

gaps as (
    select
        person_id,
        spell_no,
        {% for place in places -%}
        {{ value_at('gap_days', 'days_ago_no', loop.index0) }} as {{ place }}_gap_days,
        {% endfor -%}
        avg(gap_days) as mean_gap_days,
        stddev_pop(gap_days) as gap_deviation_days
    from recent_days
    group by person_id, spell_no
),

recent_orders as (
    select
        recent_days.person_id,
        recent_days.spell_no,
        recent_days.last_order_id,
        orders.order_id,
        lag(orders.order_id) over by_order as second_order_id,
        lag(orders.order_id, 2) over by_order as third_order_id
    from recent_days
    inner join orders on recent_days.person_id = orders.person_id and recent_days.ordered_on = orders.ordered_on
    window by_order as (
        partition by recent_days.person_id, recent_days.spell_no order by orders.ordered_at, orders.order_id
    )
),

histories as (
    select *
    from recent_orders
    where order_id = last_order_id
),

discounts as (
    select
        heads.person_id,
        heads.spell_no,
        count(*) as discounted_count
    from heads
    inner join orders
        on heads.person_id = orders.person_id
        and orders.is_discounted
        and orders.ordered_on <= heads.last_order_on
    group by heads.person_id, heads.spell_no
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
        heads.person_id,
        heads.spell_no,
        heads.dormant_on,
        heads.last_order_on,
        heads.expected_on,
        heads.deciding_rule,
        heads.occasion_no,
        gaps.first_gap_days,
        gaps.second_gap_days,
        gaps.third_gap_days,
        {{ round9(ratio('gaps.gap_deviation_days', 'gaps.mean_gap_days')) }} as gap_variation,
        {{ round9(ratio(days_between('heads.last_order_on', 'heads.dormant_on'), 'heads.median_gap_days')) }} as silence_ratio,
        heads.order_no as order_count,
        heads.category_l1,
        heads.amount_ratio,
        {{ round9(ratio('coalesce(discounts.discounted_count, 0)', 'heads.order_no')) }} as discounted_ratio,
        {{ days_between('contacted.last_touch_on', 'heads.dormant_on') }} as days_without_contact,
        {{ days_between('contacted.last_opened_on', 'heads.dormant_on') }} as days_without_opening,
        heads.last_order_id,
        histories.second_order_id,
        histories.third_order_id
    from heads
    inner join gaps on heads.person_id = gaps.person_id and heads.spell_no = gaps.spell_no
    inner join histories on heads.person_id = histories.person_id and heads.spell_no = histories.spell_no
    left join discounts on heads.person_id = discounts.person_id and heads.spell_no = discounts.spell_no
    left join contacted on heads.person_id = contacted.person_id and heads.spell_no = contacted.spell_no
)

select * from final
