{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Days on which a party bought: several valid orders of one day are one occasion.
with orders as (
    {{ of_concern(ref('int_activity__order')) }}
),

days as (
    select
        person_id,
        ordered_on,
        count(*) as order_count,
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        min(first_known_at) as first_known_at
    from orders
    where is_valid and person_id is not null
    group by person_id, ordered_on
),

neighbours as (
    select
        *,
        row_number() over (partition by person_id order by ordered_on) as occasion_no,
        lag(ordered_on) over (partition by person_id order by ordered_on) as prev_on,
        lead(ordered_on) over (partition by person_id order by ordered_on) as next_on
    from days
),

final as (
    select
        person_id,
        ordered_on,
        cast(occasion_no as integer) as occasion_no,
        cast(order_count as integer) as order_count,
        {{ money('net_amount') }} as net_amount,
        {{ money('margin_amount') }} as margin_amount,
        prev_on,
        {{ days_between('prev_on', 'ordered_on') }} as gap_days,
        next_on,
        first_known_at
    from neighbours
)

select * from final
