-- Parties who share repeat purchases, recency and age before a cutoff, and how many of them came back: all that a fit needs.
-- Repeat buyers are taken together by weeks, so that millions of them are some ten thousand rows.
with history as (
    select * from {{ ref('int_value__history') }}
),

cutoffs as (
    select * from {{ ref('int_value__cutoff') }}
),

stepped as (
    select
        history.effective_on,
        history.business_type,
        history.category_l1,
        history.repeat_count,
        case when history.repeat_count > 0 then cutoffs.resolution_days else 1 end as step_days,
        history.active_days,
        history.age_days,
        history.has_come_back
    from history
    inner join cutoffs
        on history.effective_on = cutoffs.effective_on and history.business_type = cutoffs.business_type
),

final as (
    select
        effective_on,
        business_type,
        category_l1,
        repeat_count,
        cast(round(cast(active_days as double) / step_days) * step_days as integer) as active_days,
        cast(round(cast(age_days as double) / step_days) * step_days as integer) as age_days,
        count(*) as party_count,
        sum(case when has_come_back then 1 else 0 end) as come_back_count
    from stepped
    group by 1, 2, 3, 4, 5, 6
)

select * from final
