-- What the value model needs to know of every party on as_of.
with parties as (
    select * from {{ ref('int_identity__party') }}
    where account_person_id is null
),

orders as (
    select * from {{ ref('int_activity__order') }}
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

bought as (
    select
        person_id,
        count(*) as order_day_count,
        min(ordered_on) as first_on,
        max(ordered_on) as last_on,
        avg(cast(net_amount as double)) as mean_amount
    from order_days
    group by person_id
),

once as (
    select
        person_id,
        first_on
    from bought
    where order_day_count = 1
),

categories as (
    select
        orders.person_id,
        orders.category_l1
    from orders
    inner join once on orders.person_id = once.person_id and orders.ordered_on = once.first_on
    where orders.is_valid
    qualify row_number() over (partition by orders.person_id order by orders.net_amount desc, orders.category_l1) = 1
),

final as (
    select
        parties.person_id,
        parties.business_type,
        coalesce(categories.category_l1, 'ALL') as category_l1,
        cast(coalesce(bought.order_day_count, 0) - 1 as integer) as repeat_count,
        coalesce({{ days_between('bought.first_on', 'bought.last_on') }}, 0) as active_days,
        greatest({{ days_between('coalesce(bought.first_on, parties.first_fact_on)', as_of()) }}, 0) as age_days,
        bought.mean_amount
    from parties
    left join bought on parties.person_id = bought.person_id
    left join categories on parties.person_id = categories.person_id
)

select * from final
