-- Natural return by elapsed days: who is still silent (product limit, Kaplan and Meier 1958), and the day's share that comes back.
with silences as (
    select * from {{ ref('int_measurement__silence') }}
),

days as (
    select
        rule_id,
        business_type,
        category_l1,
        elapsed_days,
        sum(n_count) as n_count,
        sum(return_count) as return_count
    from silences
    group by rule_id, business_type, category_l1, elapsed_days
),

at_risk as (
    select
        *,
        sum(n_count) over (
            partition by rule_id, business_type, category_l1 order by elapsed_days desc
            rows between unbounded preceding and current row
        ) as at_risk_count
    from days
),

final as (
    select
        rule_id,
        business_type,
        category_l1,
        elapsed_days,
        cast(at_risk_count as bigint) as at_risk_count,
        cast(return_count as bigint) as return_count,
        {{ round9(ratio('return_count', 'at_risk_count')) }} as hazard_ratio,
        -- all who were left came back on one day: nobody is silent any more
        {{ round9("""case
            when min(at_risk_count - return_count) over (
                partition by rule_id, business_type, category_l1 order by elapsed_days
                rows between unbounded preceding and current row
            ) = 0 then 0
            else exp(sum(ln(1 - return_count / nullif(cast(at_risk_count as double), return_count))) over (
                partition by rule_id, business_type, category_l1 order by elapsed_days
                rows between unbounded preceding and current row
            ))
        end""") }} as survival_ratio
    from at_risk
)

select * from final
