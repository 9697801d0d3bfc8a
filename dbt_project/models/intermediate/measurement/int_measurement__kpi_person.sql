-- Whom each rate counts: one row per KPI, month and party that belongs to its denominator.
with state_days as (
    select * from {{ ref('int_measurement__state_day') }}
),

months as (
    select * from {{ ref('int_measurement__month') }}
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
    where account_person_id is null
),

history as (
    select * from {{ ref('int_experiment__history') }}
    where cell = 'treat'
),

kpis as (
    select * from {{ rule_in_force('rule_kpi') }}
),

customers as (
    select
        'dormancy_rate' as kpi_code,
        month_on,
        person_id,
        business_type,
        closing_state = 'dormant' as is_success
    from state_days
    where closing_state <> 'lead' and coalesce(closing_sub_state, '') <> 'lead_dormant'
),

awake_at_start as (
    select
        'new_dormancy_rate' as kpi_code,
        month_on,
        person_id,
        business_type,
        closing_state = 'dormant' as is_success
    from state_days
    where opening_state in ('new', 'active', 'at_risk', 'reactivated')
),

ordered_in_month as (
    select distinct months.month_on, order_days.person_id
    from order_days
    inner join months on order_days.ordered_on between months.month_on and months.last_on
),

in_campaign as (
    select distinct months.month_on, history.person_id
    from history
    inner join months on history.anchor_on <= months.last_on and history.window_end_on > months.month_on
),

-- parties whom a campaign contacts are its result, not nature's
asleep_at_start as (
    select
        'natural_reactivation_rate' as kpi_code,
        state_days.month_on,
        state_days.person_id,
        state_days.business_type,
        ordered_in_month.person_id is not null as is_success
    from state_days
    left join ordered_in_month
        on ordered_in_month.month_on = state_days.month_on and ordered_in_month.person_id = state_days.person_id
    left join in_campaign
        on in_campaign.month_on = state_days.month_on and in_campaign.person_id = state_days.person_id
    where
        state_days.opening_state = 'dormant'
        and coalesce(state_days.opening_sub_state, '') <> 'lead_dormant'
        and in_campaign.person_id is null
),

first_bought as (
    select
        kpis.kpi_code,
        months.month_on,
        order_days.person_id,
        parties.business_type,
        coalesce(
            {{ days_between('order_days.ordered_on', 'order_days.next_on') }} <= kpis.window_days, false
        ) as is_success
    from order_days
    inner join months on order_days.ordered_on between months.month_on and months.last_on
    inner join parties on parties.person_id = order_days.person_id
    inner join kpis on kpis.kpi_code = 'f2_conversion_rate'
    where order_days.occasion_no = 1
),

final as (
    select * from customers
    union all
    select * from awake_at_start
    union all
    select * from asleep_at_start
    union all
    select * from first_bought
)

select * from final
