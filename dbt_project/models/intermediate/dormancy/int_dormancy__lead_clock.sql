{{ config(materialized='view') }} -- read once, by int_dormancy__clock
-- The time of persons before their first purchase (or without one): every day that moves the clock of rule D9.
with facts as (
    select * from {{ concerned(ref('int_dormancy__fact')) }}
    where business_type = 'b2c' and (is_start = 1 or is_inbound = 1 or is_contact = 1 or is_left = 1 or is_subscription = 1)
),

first_orders as (
    select
        person_id,
        ordered_on as first_order_on
    from {{ concerned(ref('int_activity__order_day')) }}
    where occasion_no = 1
),

-- as a customer the party's time goes on there
customer_days as (
    select
        person_id,
        ordered_on as customer_on
    from {{ concerned(ref('int_dormancy__purchase_day')) }}
    where occasion_no = 1
),

presets as (
    select * from {{ ref('int_dormancy__preset') }}
    where clock_code = 'lead' and category_l1 = 'ALL'
),

subscribers as (
    select * from {{ concerned(ref('int_dormancy__subscriber')) }}
),

rules as (
    select * from {{ ref('int_dormancy__rule') }}
),

days as (
    select
        facts.*,
        max(case when facts.is_inbound = 1 or facts.is_contact = 1 then facts.fact_on end) over (
            partition by facts.person_id order by facts.fact_on rows between unbounded preceding and current row
        ) as moved_on,
        min(facts.fact_on) over (partition by facts.person_id) as first_on
    from facts
    left join first_orders on facts.person_id = first_orders.person_id
    where first_orders.first_order_on is null or facts.fact_on < first_orders.first_order_on
),

-- our own call only postpones; what came from the lead opens a new stretch
ripening as (
    select
        days.person_id,
        days.fact_on as clock_on,
        case
            when days.is_left = 1 then 'C'
            when days.fact_on = days.first_on then 'F'
            when days.is_inbound = 1 then 'I'
        end as boundary,
        'lead' as opening_state,
        coalesce(days.moved_on, days.first_on) as base_on,
        case when rules.d9_no is not null then presets.fixed_days end as d9_days,
        presets.redormant_ratio,
        cast(presets.default_gap_days as double) as rhythm_days,
        subscribers.blocks_until_on
    from days
    left join presets on days.business_type = presets.business_type and days.source_system = presets.source_system
    cross join rules
    left join subscribers
        on days.person_id = subscribers.person_id
        and subscribers.from_on <= days.fact_on
        and days.fact_on < {{ open_end('subscribers.to_on') }}
),

final as (
    select
        ripening.*,
        coalesce(lead(ripening.clock_on) over by_day, customer_days.customer_on) as next_clock_on,
        cast(count(ripening.boundary) over (
            partition by ripening.person_id order by ripening.clock_on rows between unbounded preceding and current row
        ) as integer) as cycle_no,
        case when ripening.d9_days is not null then 'D9' end as deciding_rule,
        case
            when ripening.d9_days is not null
                then greatest(ripening.clock_on, ripening.blocks_until_on, {{ day_reached('ripening.base_on', 'ripening.d9_days') }})
        end as ripe_on,
        case
            when ripening.d9_days is not null
                then greatest(ripening.clock_on, ripening.blocks_until_on, {{ day_reached('ripening.base_on', 'ripening.d9_days') }})
        end as reripe_on
    from ripening
    left join customer_days on ripening.person_id = customer_days.person_id
    window by_day as (partition by ripening.person_id order by ripening.clock_on)
)

select * from final
