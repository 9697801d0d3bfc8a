{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- Days on which a party bought: several valid orders of one day are one occasion. Gaps, their median so far and the category of the
-- day's last order come along, so that nobody has to look at single orders again.
with orders as (
    select * from {{ concerned(ref('int_activity__order')) }}
),

-- the last two orders against all earlier ones, order by order
numbered as (
    select
        person_id,
        ordered_on,
        order_id,
        net_amount,
        margin_amount,
        category_l1,
        first_known_at,
        row_number() over by_order as order_no,
        lag(ordered_on) over by_order as prev_on,
        lead(ordered_on) over by_order as next_on,
        avg(cast(net_amount as double)) over (
            partition by person_id order by ordered_at, order_id rows between 1 preceding and current row
        ) as recent_mean_amount,
        {{ median_before('net_amount', '2', 'person_id', 'ordered_at, order_id') }} as earlier_median_amount
    from orders
    where is_valid and person_id is not null
    window by_order as (partition by person_id order by ordered_at, order_id)
),

measured as (
    select
        *,
        coalesce(prev_on = ordered_on, false) or coalesce(next_on = ordered_on, false) as is_one_of_several,
        {{ ratio('recent_mean_amount', 'earlier_median_amount') }} as amount_ratio
    from numbered
),

-- nearly every order is alone on its day; only the others need grouping
sole_orders as (
    select
        person_id,
        ordered_on,
        prev_on,
        next_on,
        1 as order_count,
        net_amount,
        margin_amount,
        first_known_at,
        order_no,
        order_id as last_order_id,
        category_l1,
        amount_ratio
    from measured
    where not is_one_of_several
),

shared_days as (
    select
        person_id,
        ordered_on,
        nullif(min(prev_on), ordered_on) as prev_on,
        nullif(max(next_on), ordered_on) as next_on,
        count(*) as order_count,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        min(first_known_at) as first_known_at,
        max(order_no) as order_no,
        max_by(order_id, order_no) as last_order_id,
        max_by(category_l1, order_no) as category_l1,
        max_by(amount_ratio, order_no) as amount_ratio
    from measured
    where is_one_of_several
    group by person_id, ordered_on
),

days as (
    select * from sole_orders
    union all
    select * from shared_days
),

gaps as (
    select
        *,
        {{ days_between('prev_on', 'ordered_on') }} as gap_days
    from days
),

final as (
    select
        person_id,
        ordered_on,
        cast(row_number() over (partition by person_id order by ordered_on) as integer) as occasion_no,
        cast(order_count as integer) as order_count,
        {{ money('net_amount') }} as net_amount,
        {{ money('margin_amount') }} as margin_amount,
        prev_on,
        gap_days,
        next_on,
        {{ running_median('gap_days', 'person_id', 'ordered_on') }} as median_gap_days,
        category_l1,
        last_order_id,
        cast(order_no as integer) as order_no,
        {{ round9('amount_ratio') }} as amount_ratio,
        first_known_at,
        lead(first_known_at) over (partition by person_id order by ordered_on) as next_known_at
    from gaps
)

select * from final
