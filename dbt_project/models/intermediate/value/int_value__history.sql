{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- What was known of every party before each cutoff: how often it bought, when first and last, for how much; and whether it
-- came back in the window after it. Staff and test parties teach nothing.
with cutoffs as (
    select * from {{ ref('int_value__cutoff') }}
),

parties as (
    select * from {{ concerned(ref('int_identity__party')) }}
    where account_person_id is null and not is_employee and not is_test
),

orders as (
    select * from {{ concerned(ref('int_activity__order')) }}
),

order_days as (
    select * from {{ concerned(ref('int_activity__order_day')) }}
),

totals as (
    select * from {{ concerned(ref('int_activity__party')) }}
),

-- an order that turned void counts until that was known; a day that has a valid order as well counts once
voided as (
    select
        orders.person_id,
        orders.ordered_on,
        min(orders.first_known_at) as first_known_at,
        max(orders.known_at) as void_known_at
    from orders
    left join order_days on orders.person_id = order_days.person_id and orders.ordered_on = order_days.ordered_on
    where
        (orders.is_cancelled or orders.is_returned)
        and orders.known_at >= (select cast(min(effective_on) as timestamp) from cutoffs)
        and order_days.person_id is null
    group by orders.person_id, orders.ordered_on
),

occasions as (
    select
        person_id,
        ordered_on,
        net_amount,
        prev_on is not null as is_later,
        first_known_at,
        cast(null as timestamp) as void_known_at
    from order_days
    union all
    select
        person_id,
        ordered_on,
        cast(null as decimal(18, 2)) as net_amount,
        true as is_later,
        first_known_at,
        void_known_at
    from voided
),

-- without the business type, so that days meet few rows
dates as (
    select distinct
        effective_on,
        window_days,
        judged_on
    from cutoffs
),

bought as (
    select
        cutoffs.effective_on,
        occasions.person_id,
        count(*) as order_day_count,
        min(occasions.ordered_on) as first_on,
        max(occasions.ordered_on) as last_on,
        min(case when occasions.is_later then occasions.ordered_on end) as second_on,
        {{ ratio('sum(occasions.net_amount)', 'count(occasions.net_amount)') }} as mean_amount
    from occasions
    inner join (select distinct effective_on from dates) as cutoffs
        on occasions.ordered_on < cutoffs.effective_on
        and occasions.first_known_at < cast(cutoffs.effective_on as timestamp)
        and (occasions.void_known_at is null or occasions.void_known_at >= cast(cutoffs.effective_on as timestamp))
    group by cutoffs.effective_on, occasions.person_id
),

returned as (
    select distinct
        dates.effective_on,
        dates.window_days,
        order_days.person_id
    from order_days
    inner join dates
        on order_days.ordered_on >= dates.effective_on
        and order_days.ordered_on < {{ add_days('dates.effective_on', 'dates.window_days') }}
        and order_days.first_known_at < cast(dates.judged_on as timestamp)
),

known as (
    select
        cutoffs.effective_on,
        cutoffs.business_type,
        cutoffs.window_days,
        parties.person_id,
        parties.first_fact_on,
        {{ add_days('cutoffs.effective_on', '-1') }} as seen_until_on
    from parties
    inner join cutoffs
        on parties.business_type = cutoffs.business_type
        and parties.first_known_at < cast(cutoffs.effective_on as timestamp)
        and parties.first_fact_on < cutoffs.effective_on
),

final as (
    select
        known.effective_on,
        known.business_type,
        known.person_id,
        case when bought.order_day_count = 1 then coalesce(totals.first_category_l1, 'ALL') else 'ALL' end as category_l1,
        coalesce(totals.first_category_l1, 'ALL') as first_category_l1,
        cast(coalesce(bought.order_day_count, 0) - 1 as integer) as repeat_count,
        coalesce({{ days_between('bought.first_on', 'bought.last_on') }}, 0) as active_days,
        {{ days_between('coalesce(bought.first_on, known.first_fact_on)', 'known.seen_until_on') }} as age_days,
        bought.mean_amount,
        {{ days_between('known.first_fact_on', 'coalesce(bought.first_on, known.seen_until_on)') }} as lead_days,
        case when bought.order_day_count > 1 then {{ days_between('bought.first_on', 'bought.second_on') }} end as second_days,
        returned.person_id is not null as has_come_back
    from known
    left join bought
        on known.person_id = bought.person_id
        and known.effective_on = bought.effective_on
    left join returned
        on known.person_id = returned.person_id
        and known.effective_on = returned.effective_on
        and known.window_days = returned.window_days
    left join totals on known.person_id = totals.person_id
)

select * from final
