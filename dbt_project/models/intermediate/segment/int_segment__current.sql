-- Bands of recency, frequency, money and dormancy duration. Every party falls into exactly one band of each dimension.
with current_states as (
    select * from {{ ref('int_dormancy__current') }}
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

value_rules as (
    select * from {{ rule_in_force('rule_value') }}
),

bands as (
    select * from {{ rule_in_force('rule_segment') }}
),

subjects as (
    select
        current_states.person_id,
        current_states.state,
        current_states.sub_state,
        current_states.days_since_last_order,
        current_states.policy_version,
        case
            when current_states.state = 'dormant' then {{ days_between('current_states.last_clock_on', as_of()) }}
        end as silent_days,
        {{ add_months('current_states.last_order_on', '-value_rules.lookback_months') }} as window_from_on
    from current_states
    inner join parties on current_states.person_id = parties.person_id
    inner join value_rules on parties.business_type = value_rules.business_type
),

bought as (
    select
        subjects.person_id,
        sum(order_days.order_count) as order_count,
        sum(case when order_days.ordered_on > subjects.window_from_on then order_days.net_amount else 0 end) as net_12m_amount
    from subjects
    inner join order_days on subjects.person_id = order_days.person_id
    group by subjects.person_id
),

measured as (
    select
        subjects.person_id,
        subjects.state,
        subjects.sub_state,
        subjects.policy_version,
        subjects.days_since_last_order as recency_days,
        subjects.silent_days,
        cast(coalesce(bought.order_count, 0) as integer) as order_count,
        {{ money('coalesce(bought.net_12m_amount, 0)') }} as net_12m_amount
    from subjects
    left join bought on subjects.person_id = bought.person_id
),

final as (
    select
        measured.person_id,
        measured.state,
        measured.sub_state,
        measured.recency_days,
        measured.order_count,
        measured.net_12m_amount,
        measured.silent_days,
        measured.policy_version,
        recency.band_code as r_band,
        frequency.band_code as f_band,
        monetary.band_code as m_band,
        duration.band_code as duration_band,
        recency.band_code || frequency.band_code || monetary.band_code || duration.band_code as segment_id
    from measured
    {% for band, value in {
        'recency': 'recency_days', 'frequency': 'order_count', 'monetary': 'net_12m_amount', 'duration': 'silent_days'
    }.items() %}
    inner join bands as {{ band }}
        on {{ band }}.dimension_code = '{{ band }}'
        and (
            (measured.{{ value }} is null and {{ band }}.is_missing)
            or (
                not {{ band }}.is_missing
                and (measured.{{ value }} >= {{ band }}.lower_bound_value or {{ band }}.lower_bound_value is null)
                and (measured.{{ value }} < {{ band }}.upper_bound_value or {{ band }}.upper_bound_value is null)
                and measured.{{ value }} is not null
            )
        )
    {% endfor %}
)

select * from final
