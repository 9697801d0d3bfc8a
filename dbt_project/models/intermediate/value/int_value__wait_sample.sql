-- Waits by length before a cutoff: from the first order to the second by category of the first, and from becoming known to the
-- first order. Who still waits is censored on the last day seen. Who became known by an order has waited for nothing.
with history as (
    select * from {{ ref('int_value__history') }}
),

waits as (
    select
        effective_on,
        business_type,
        'second_order' as wait_code,
        first_category_l1 as category_l1,
        coalesce(second_days, age_days) as waited_days,
        repeat_count > 0 as is_ended
    from history
    where repeat_count >= 0
    union all
    select
        effective_on,
        business_type,
        'first_order' as wait_code,
        'ALL' as category_l1,
        lead_days as waited_days,
        repeat_count >= 0 as is_ended
    from history
    where repeat_count < 0 or lead_days > 0
),

final as (
    select
        effective_on,
        business_type,
        wait_code,
        category_l1,
        waited_days,
        sum(case when is_ended then 1 else 0 end) as event_count,
        sum(case when is_ended then 0 else 1 end) as censored_count
    from waits
    group by effective_on, business_type, wait_code, category_l1, waited_days
)

select * from final
