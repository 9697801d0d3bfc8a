-- KPIs per month in long format: numerator and denominator re-aggregate, rates carry their interval and whether they may be judged.
with counted_people as (
    select * from {{ ref('int_measurement__kpi_person') }}
),

months as (
    select * from {{ ref('int_measurement__month') }}
),

orders as (
    select * from {{ ref('int_activity__order') }}
    where is_valid
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

kpis as (
    select * from {{ rule_in_force('rule_kpi') }}
),

rates as (
    select
        kpi_code,
        month_on,
        coalesce(business_type, 'all') as business_type,
        cast(sum(case when is_success then 1 else 0 end) as double) as numerator,
        cast(count(*) as double) as denominator,
        count(*) as n_count
    from counted_people
    group by grouping sets ((kpi_code, month_on, business_type), (kpi_code, month_on))
),

sales as (
    select
        months.month_on,
        months.last_on,
        coalesce(parties.business_type, 'unknown') as business_type,
        orders.net_amount
    from orders
    inner join months on orders.ordered_on between months.month_on and months.last_on
    left join parties on parties.person_id = orders.person_id
),

sales_total as (
    select
        month_on,
        last_on,
        coalesce(business_type, 'all') as business_type,
        cast(sum(net_amount) as double) as net_amount,
        count(*) as order_count
    from sales
    group by grouping sets ((month_on, last_on, business_type), (month_on, last_on))
),

amounts as (
    select
        'aov_amount' as kpi_code,
        month_on,
        business_type,
        net_amount as numerator,
        cast(order_count as double) as denominator,
        order_count as n_count
    from sales_total

    union all

    select
        'net_per_day_amount' as kpi_code,
        month_on,
        business_type,
        net_amount as numerator,
        cast({{ days_between('month_on', 'last_on') }} + 1 as double) as denominator,
        {{ days_between('month_on', 'last_on') }} + 1 as n_count
    from sales_total
),

measured as (
    select * from rates
    union all
    select * from amounts
),

judged as (
    select
        measured.*,
        kpis.label_ja,
        kpis.unit,
        kpis.z_ratio,
        measured.n_count >= kpis.min_n_count as is_enough,
        -- final once the month is over and everybody had the whole window
        months.is_complete
        and {{ add_days('months.last_on', 'coalesce(kpis.window_days, 0)') }} <= {{ as_of() }} as is_mature
    from measured
    inner join kpis on kpis.kpi_code = measured.kpi_code
    inner join months on months.month_on = measured.month_on
),

final as (
    select
        kpi_code,
        month_on,
        business_type,
        label_ja,
        unit,
        numerator,
        denominator,
        n_count,
        {{ round9(ratio('numerator', 'denominator')) }} as value,
        case when unit = 'ratio' then {{ round9(wilson_low('numerator', 'denominator', 'z_ratio')) }} end as ci_low,
        case when unit = 'ratio' then {{ round9(wilson_high('numerator', 'denominator', 'z_ratio')) }} end as ci_high,
        case when is_mature then '確報' else '速報' end as maturity,
        case when is_enough then '判定可' else '判定不能' end as verdict
    from judged
)

select * from final
