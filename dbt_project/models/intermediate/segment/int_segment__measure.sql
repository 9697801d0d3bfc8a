-- What every axis of the classification measures: transactions, duration, amount, and where the party belongs.
with current_states as (
    select * from {{ ref('int_dormancy__current') }}
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

accounts as (
    select * from {{ ref('stg_accounts') }}
),

prefectures as (
    select * from {{ ref('prefectures') }}
),

value_rules as (
    select * from {{ rule_in_force('rule_value') }}
),

subjects as (
    select
        current_states.person_id,
        parties.business_type,
        accounts.industry_code,
        accounts.employee_band,
        prefectures.region_ja,
        current_states.state,
        current_states.sub_state,
        current_states.days_since_last_order,
        current_states.days_since_touch,
        current_states.policy_version,
        case
            when current_states.state = 'dormant' then {{ days_between('current_states.last_clock_on', as_of()) }}
        end as silent_days,
        value_rules.lookback_months,
        {{ add_months('current_states.last_order_on', '-value_rules.lookback_months') }} as window_from_on
    from current_states
    inner join parties on current_states.person_id = parties.person_id
    inner join value_rules on parties.business_type = value_rules.business_type
    left join accounts on parties.party_key = accounts.account_key
    left join prefectures on parties.prefecture_code = prefectures.prefecture_code
),

bought as (
    select
        subjects.person_id,
        sum(order_days.order_count) as order_count,
        min(order_days.ordered_on) as first_on,
        max(order_days.ordered_on) as last_on,
        sum(order_days.net_amount) as net_amount,
        sum(order_days.margin_amount) as margin_amount,
        sum(case when order_days.ordered_on > subjects.window_from_on then order_days.order_count else 0 end) as order_count_12m,
        sum(case when order_days.ordered_on > subjects.window_from_on then 1 else 0 end) as order_day_count_12m,
        sum(case when order_days.ordered_on > subjects.window_from_on then order_days.net_amount else 0 end) as net_12m_amount
    from subjects
    inner join order_days on subjects.person_id = order_days.person_id
    group by subjects.person_id
),

final as (
    select
        subjects.person_id,
        subjects.business_type,
        subjects.industry_code,
        subjects.employee_band,
        subjects.region_ja,
        subjects.state,
        subjects.sub_state,
        subjects.policy_version,
        subjects.days_since_last_order as recency_days,
        subjects.days_since_touch,
        subjects.silent_days,
        {{ days_between('bought.first_on', 'bought.last_on') }} as tenure_days,
        cast(coalesce(bought.order_count, 0) as integer) as order_count,
        cast(coalesce(bought.order_count_12m, 0) as integer) as order_count_12m,
        {{ round9(ratio('coalesce(bought.order_day_count_12m, 0)', 'subjects.lookback_months')) }} as visits_per_month,
        {{ money('coalesce(bought.net_12m_amount, 0)') }} as net_12m_amount,
        {{ money('coalesce(bought.net_amount, 0)') }} as lifetime_net_amount,
        {{ money('coalesce(bought.margin_amount, 0)') }} as lifetime_margin_amount
    from subjects
    left join bought on subjects.person_id = bought.person_id
)

select * from final
