-- Scores 1 to n of recency, frequency and amount among the buyers of one business, as the R package rfm gives them: the next bin begins
-- one above a quantile (linear interpolation, type 7), so that a value on it belongs below; 5 is the freshest and the most. One row for
-- each value that occurs: many buyers share it.
with measures as (
    select
        person_id,
        business_type,
        recency_days,
        order_count,
        lifetime_net_amount
    from {{ ref('int_segment__measure') }}
    where order_count > 0
),

class_rules as (
    select * from {{ rule_in_force('rule_customer_class') }}
),

{% set axes = {'recency': 'recency_days', 'frequency': 'order_count', 'monetary': 'lifetime_net_amount'} %}
axis_values as (
    {% for axis, value in axes.items() %}
    select
        business_type,
        '{{ axis }}' as axis,
        cast({{ value }} as double) as axis_value,
        count(*) as value_count
    from measures
    group by business_type, {{ value }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

placed as (
    select
        *,
        sum(value_count) over by_value as upto_count,
        lead(axis_value) over by_value as next_value
    from axis_values
    window by_value as (partition by business_type, axis order by axis_value)
),

sizes as (
    select
        business_type,
        count(*) as buyer_count
    from measures
    group by business_type
),

places as (
    select
        sizes.business_type,
        series.number_no as cut_no,
        {{ round9('(sizes.buyer_count - 1) * cast(series.number_no as double) / class_rules.rfm_bin_count') }} as place
    from sizes
    inner join class_rules on sizes.business_type = class_rules.business_type
    inner join {{ number_series('1', '(select max(rfm_bin_count) from class_rules)') }} as series
        on series.number_no < class_rules.rfm_bin_count
),

cuts as (
    select
        placed.business_type,
        placed.axis,
        places.cut_no,
        {{ round9('''1 + placed.axis_value + case
            when floor(places.place) + 1 < placed.upto_count then 0
            else (places.place - floor(places.place)) * coalesce(placed.next_value - placed.axis_value, 0)
        end''') }} as cut_value
    from places
    inner join placed
        on places.business_type = placed.business_type
        and floor(places.place) >= placed.upto_count - placed.value_count
        and floor(places.place) < placed.upto_count
),

bins as (
    select
        business_type,
        axis,
        cut_no as reached_count,
        cut_value as from_value,
        lead(cut_value) over (partition by business_type, axis order by cut_no) as to_value
    from cuts
),

reached as (
    select
        axis_values.business_type,
        axis_values.axis,
        axis_values.axis_value,
        coalesce(bins.reached_count, 0) as reached_count
    from axis_values
    left join bins
        on axis_values.business_type = bins.business_type
        and axis_values.axis = bins.axis
        and axis_values.axis_value >= bins.from_value
        and (bins.to_value is null or axis_values.axis_value < bins.to_value)
),

final as (
    select
        reached.business_type,
        reached.axis as dimension_code,
        reached.axis_value,
        cast(case
            when reached.axis = 'recency' then class_rules.rfm_bin_count - reached.reached_count else reached.reached_count + 1
        end as integer) as axis_score
    from reached
    inner join class_rules on reached.business_type = class_rules.business_type
)

select * from final
