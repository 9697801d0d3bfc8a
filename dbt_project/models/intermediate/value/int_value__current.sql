-- What a party was worth before it fell asleep, and how much of the chance to come back is left.
with parties as (
    select * from {{ ref('int_identity__party') }}
),

current_states as (
    select * from {{ ref('int_dormancy__current') }}
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

value_rules as (
    select * from {{ rule_in_force('rule_value') }}
),

subjects as (
    select
        current_states.person_id,
        parties.business_type,
        current_states.state = 'dormant' as is_dormant,
        current_states.days_dormant,
        current_states.last_order_on,
        value_rules.decay_days,
        {{ add_months('current_states.last_order_on', '-value_rules.lookback_months') }} as window_from_on
    from current_states
    inner join parties on current_states.person_id = parties.person_id
    inner join value_rules on parties.business_type = value_rules.business_type
),

totals as (
    select
        subjects.person_id,
        sum(order_days.order_count) as order_count,
        sum(order_days.net_amount) as net_amount,
        sum(case when order_days.ordered_on > subjects.window_from_on then order_days.order_count else 0 end) as order_count_12m,
        sum(case when order_days.ordered_on > subjects.window_from_on then order_days.net_amount else 0 end) as net_amount_12m,
        sum(case when order_days.ordered_on > subjects.window_from_on then order_days.margin_amount else 0 end) as margin_amount_12m
    from subjects
    inner join order_days on subjects.person_id = order_days.person_id
    group by subjects.person_id
),

valued as (
    select
        subjects.person_id,
        subjects.business_type,
        subjects.is_dormant,
        subjects.days_dormant,
        subjects.decay_days,
        cast(coalesce(totals.order_count, 0) as integer) as order_count,
        {{ money('coalesce(totals.net_amount, 0)') }} as lifetime_net_amount,
        cast(coalesce(totals.order_count_12m, 0) as integer) as pre_order_count_12m,
        {{ money('coalesce(totals.net_amount_12m, 0)') }} as pre_net_12m_amount,
        {{ money('coalesce(totals.margin_amount_12m, 0)') }} as pre_margin_12m_amount
    from subjects
    left join totals on subjects.person_id = totals.person_id
),

-- the value of a dormant party is its place among the dormant ones of its business
final as (
    select
        person_id,
        order_count,
        lifetime_net_amount,
        pre_order_count_12m,
        pre_net_12m_amount,
        pre_margin_12m_amount,
        {{ money('pre_net_12m_amount / nullif(pre_order_count_12m, 0)') }} as aov_amount,
        {{ round9('cume_dist() over (partition by business_type, is_dormant order by pre_margin_12m_amount)') }} as value_share,
        {{ round9('exp(-cast(days_dormant as double) / decay_days)') }} as recency_decay
    from valued
)

select * from final
