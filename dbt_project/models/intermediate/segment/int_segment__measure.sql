-- What every axis of the classification measures: transactions, duration, amount, and where the party belongs.
with current_states as (
    select * from {{ ref('int_dormancy__current') }}
),

totals as (
    select * from {{ ref('int_activity__party') }}
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
        value_rules.lookback_months
    from current_states
    inner join parties on current_states.person_id = parties.person_id
    inner join value_rules on parties.business_type = value_rules.business_type
    left join accounts on parties.party_key = accounts.account_key
    left join prefectures on parties.prefecture_code = prefectures.prefecture_code
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
        {{ days_between('totals.first_order_on', 'totals.last_order_on') }} as tenure_days,
        coalesce(totals.order_count, 0) as order_count,
        coalesce(totals.order_count_12m, 0) as order_count_12m,
        {{ round9(ratio('coalesce(totals.order_day_count_12m, 0)', 'subjects.lookback_months')) }} as visits_per_month,
        {{ money('coalesce(totals.net_12m_amount, 0)') }} as net_12m_amount,
        {{ money('coalesce(totals.lifetime_net_amount, 0)') }} as lifetime_net_amount,
        {{ money('coalesce(totals.lifetime_margin_amount, 0)') }} as lifetime_margin_amount
    from subjects
    left join totals on subjects.person_id = totals.person_id
)

select * from final
