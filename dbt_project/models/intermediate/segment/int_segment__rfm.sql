-- Scores 1 to n of recency, frequency and amount among the buyers of one business, as the R package rfm gives them: the next bin begins
-- one above a quantile (linear interpolation, type 7), so that a value on it belongs below; 5 is the freshest and the most.
with measures as (
    select * from {{ ref('int_segment__measure') }}
    where order_count > 0
),

class_rules as (
    select * from {{ rule_in_force('rule_customer_class') }}
),

ranked as (
    {% for axis, value in {'recency': 'recency_days', 'frequency': 'order_count', 'monetary': 'lifetime_net_amount'}.items() %}
    select
        person_id,
        business_type,
        '{{ axis }}' as axis,
        cast({{ value }} as double) as axis_value,
        row_number() over (partition by business_type order by {{ value }}, person_id) as place_no,
        lead(cast({{ value }} as double)) over (partition by business_type order by {{ value }}, person_id) as next_value,
        count(*) over (partition by business_type) as buyer_count
    from measures
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
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
        ranked.business_type,
        ranked.axis,
        places.cut_no,
        {{ round9('1 + ranked.axis_value + (places.place - floor(places.place)) * (coalesce(ranked.next_value, ranked.axis_value) - ranked.axis_value)') }} as cut_value
    from places
    inner join ranked
        on places.business_type = ranked.business_type and ranked.place_no = floor(places.place) + 1
),

counted as (
    select
        ranked.person_id,
        ranked.business_type,
        ranked.axis,
        count(cuts.cut_no) as reached_count
    from ranked
    left join cuts
        on ranked.business_type = cuts.business_type
        and ranked.axis = cuts.axis
        and ranked.axis_value >= cuts.cut_value
    group by ranked.person_id, ranked.business_type, ranked.axis
),

scored as (
    select
        counted.person_id,
        counted.axis,
        case
            when counted.axis = 'recency' then class_rules.rfm_bin_count - counted.reached_count
            else counted.reached_count + 1
        end as score
    from counted
    inner join class_rules on counted.business_type = class_rules.business_type
),

pivoted as (
    select
        person_id,
        max(case when axis = 'recency' then score end) as r_score,
        max(case when axis = 'frequency' then score end) as f_score,
        max(case when axis = 'monetary' then score end) as m_score
    from scored
    group by person_id
),

final as (
    select
        person_id,
        cast(r_score as integer) as r_score,
        cast(f_score as integer) as f_score,
        cast(m_score as integer) as m_score,
        concat(r_score, f_score, m_score) as rfm_score
    from pivoted
)

select * from final
