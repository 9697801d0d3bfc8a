-- Buyers who share number of purchase days and mean amount (in steps of a few percent) before a cutoff.
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
        history.repeat_count + 1 as order_day_count,
        round(ln(history.mean_amount) / cutoffs.amount_step_ratio) as amount_step,
        cutoffs.amount_step_ratio
    from history
    inner join cutoffs
        on history.effective_on = cutoffs.effective_on and history.business_type = cutoffs.business_type
    where history.mean_amount > 0
),

final as (
    select
        effective_on,
        business_type,
        order_day_count,
        {{ round9('exp(amount_step * amount_step_ratio)') }} as mean_amount,
        count(*) as party_count
    from stepped
    group by 1, 2, 3, 4
)

select * from final
