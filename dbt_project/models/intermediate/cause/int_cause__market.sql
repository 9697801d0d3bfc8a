-- How each category did in a month against the same month a year before: the only number here that looks at everybody.
with orders as (
    select * from {{ ref('int_activity__order') }}
    where is_valid
),

months as (
    select
        category_l1,
        {{ month_start('ordered_on') }} as month_on,
        count(*) as order_count
    from orders
    group by category_l1, {{ month_start('ordered_on') }}
),

years as (
    select
        category_l1,
        {{ a_year_later('month_on') }} as month_on,
        order_count as earlier_order_count
    from months
),

-- a month that is not over cannot be compared; the 1st, when everything is made anew, brings the month before
final as (
    select
        years.category_l1,
        years.month_on,
        cast(coalesce(months.order_count, 0) as integer) as order_count,
        cast(years.earlier_order_count as integer) as earlier_order_count,
        {{ round9(ratio('coalesce(months.order_count, 0)', 'years.earlier_order_count')) }} as yoy_ratio
    from years
    left join months on years.category_l1 = months.category_l1 and years.month_on = months.month_on
    where {{ month_end('years.month_on') }} < {{ as_of() }}
)

select * from final
