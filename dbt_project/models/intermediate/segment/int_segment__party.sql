{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- What the classes and the value of a party are made of: where it stands, where it belongs, what it bought. Nothing in it moves with
-- the days by itself; what does is counted in int_segment__measure.
with standing as (
    select * from {{ concerned(ref('int_dormancy__standing')) }}
),

totals as (
    select * from {{ concerned(ref('int_activity__party')) }}
),

parties as (
    select * from {{ concerned(ref('int_identity__party')) }}
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

final as (
    select
        standing.person_id,
        parties.business_type,
        accounts.industry_code,
        accounts.employee_band,
        prefectures.region_ja,
        standing.state,
        standing.sub_state,
        standing.policy_version,
        standing.dormant_on,
        case when standing.state = 'dormant' then standing.last_clock_on end as silent_from_on,
        parties.first_fact_on,
        totals.first_order_on,
        totals.last_order_on,
        standing.last_touch_on,
        {{ days_between('totals.first_order_on', 'totals.last_order_on') }} as tenure_days,
        coalesce(totals.order_count, 0) as order_count,
        coalesce(totals.order_day_count, 0) as order_day_count,
        coalesce(totals.order_count_12m, 0) as order_count_12m,
        {{ round9(ratio('coalesce(totals.order_day_count_12m, 0)', 'value_rules.lookback_months')) }} as visits_per_month,
        totals.first_category_l1,
        {{ money('coalesce(totals.net_12m_amount, 0)') }} as net_12m_amount,
        {{ money('coalesce(totals.margin_12m_amount, 0)') }} as margin_12m_amount,
        {{ money('coalesce(totals.lifetime_net_amount, 0)') }} as lifetime_net_amount,
        {{ money('coalesce(totals.lifetime_margin_amount, 0)') }} as lifetime_margin_amount
    from standing
    inner join parties on standing.person_id = parties.person_id
    inner join value_rules on parties.business_type = value_rules.business_type
    left join accounts on parties.party_key = accounts.account_key
    left join prefectures on parties.prefecture_code = prefectures.prefecture_code
    left join totals on standing.person_id = totals.person_id
)

select * from final
