{{ config(materialized='view') }} -- read once, by int_dormancy__clock
-- Every day from the first purchase of a person on which a dormancy rule could begin to see it differently: purchases, store visits,
-- changes of subscriptions, leaving. Until the next such day everything below is fixed: which rule decides and on which day it is ripe.
with order_days as (
    select
        order_days.*,
        parties.source_system
    from {{ concerned(ref('int_dormancy__purchase_day')) }} as order_days
    inner join {{ concerned(ref('int_identity__party')) }} as parties
        on order_days.person_id = parties.person_id
    where parties.business_type = 'b2c' and parties.account_person_id is null
),

facts as (
    select * from {{ concerned(ref('int_dormancy__fact')) }}
    where business_type = 'b2c'
),

deliveries as (
    select * from {{ concerned(ref('int_dormancy__delivery')) }}
),

subscribers as (
    select * from {{ concerned(ref('int_dormancy__subscriber')) }}
),

habits as (
    select * from {{ concerned(ref('int_dormancy__habit')) }}
),

seasons as (
    select * from {{ concerned(ref('int_dormancy__season')) }}
),

supplies as (
    select * from {{ concerned(ref('int_activity__supply')) }}
),

learned as (
    select * from {{ ref('int_dormancy__learned_rhythm') }}
),

presets as (
    select * from {{ ref('int_dormancy__preset') }}
    where clock_code = 'transaction'
),

rules as (
    select * from {{ ref('int_dormancy__rule') }}
),

subtypes as (
    select
        rule_id,
        subtype
    from {{ rule_in_force('rule_dormancy') }}
),

-- purchase days, each in the month of which it makes an active one, and the other days with the purchase day before them
purchase_rows as (
    select
        order_days.person_id,
        order_days.ordered_on as clock_on,
        order_days.ordered_on as last_order_on,
        order_days.next_on,
        order_days.occasion_no,
        order_days.median_gap_days,
        order_days.category_l1,
        order_days.source_system,
        case
            when facts.is_left = 1 then 'C'
            when order_days.occasion_no = 1 then '1'
            when deliveries.delivery_kind = 'uninterrupted' then 'D'
            else 'O'
        end as boundary,
        {{ month_number('order_days.ordered_on') }} as active_month_no
    from order_days
    left join facts on order_days.person_id = facts.person_id and order_days.ordered_on = facts.fact_on
    left join deliveries on order_days.person_id = deliveries.person_id and order_days.ordered_on = deliveries.ordered_on
),

other_days as (
    select
        facts.person_id,
        facts.fact_on as clock_on,
        purchase_rows.last_order_on,
        purchase_rows.next_on,
        purchase_rows.occasion_no,
        purchase_rows.median_gap_days,
        purchase_rows.category_l1,
        purchase_rows.source_system,
        case
            when facts.is_left = 1 then 'C'
            when facts.is_resumption = 1 then 'P'
        end as boundary
    from facts
    inner join purchase_rows
        on facts.person_id = purchase_rows.person_id
        and purchase_rows.last_order_on < facts.fact_on
        and (purchase_rows.next_on is null or facts.fact_on < purchase_rows.next_on)
),

other_rows as (
    select
        other_days.*,
        {{ month_number('habits.from_on') }} as active_month_no
    from other_days
    left join habits
        on other_days.person_id = habits.person_id
        and habits.from_on <= other_days.clock_on
        and other_days.clock_on < {{ open_end('habits.to_on') }}
),

-- who has only purchase days needs no sorting: they are numbered already, and each opens a stretch
others as (
    select distinct person_id from other_days
),

plain_days as (
    select
        purchase_rows.*,
        purchase_rows.next_on as next_clock_on,
        purchase_rows.occasion_no as own_cycle_no
    from purchase_rows
    left join others on purchase_rows.person_id = others.person_id
    where others.person_id is null
),

mixed_rows as (
    select purchase_rows.*
    from purchase_rows
    inner join others on purchase_rows.person_id = others.person_id
    union all
    select * from other_rows
),

mixed_days as (
    select
        *,
        lead(clock_on) over (partition by person_id order by clock_on) as next_clock_on,
        cast(count(boundary) over (
            partition by person_id order by clock_on rows between unbounded preceding and current row
        ) as integer) as own_cycle_no
    from mixed_rows
),

days as (
    select * from plain_days
    union all
    select * from mixed_days
),

-- what is known of the person on that day
described as (
    select
        days.*,
        days.occasion_no - 1 as gap_count,
        greatest(days.last_order_on, subscribers.restarted_on) as base_on,
        subscribers.restarted_on,
        subscribers.blocks_until_on,
        subscribers.paused_to_on,
        subscribers.lapses_on,
        subscribers.delivered_on,
        habits.crossed_on as habit_crossed_on,
        seasons.season_over_on,
        supplies.usage_days,
        supplies.used_up_on,
        presets.fixed_days,
        presets.redormant_ratio,
        presets.long_dormant_days,
        presets.long_dormant_ratio,
        case when learned.gap_count >= rules.d2_learned_min_count then learned.median_gap_days else presets.default_gap_days end
            as category_gap_days,
        case when learned.f2_count >= rules.d4_learned_min_count then learned.f2_days else presets.default_f2_days end as f2_days
    from days
    cross join rules
    left join presets
        on days.source_system = presets.source_system
        and days.category_l1 = presets.category_l1
        and presets.business_type = 'b2c'
    left join learned
        on days.category_l1 = learned.category_l1
        and {{ month_start('days.last_order_on') }} = learned.effective_on
    left join subscribers
        on days.person_id = subscribers.person_id
        and subscribers.from_on <= days.clock_on
        and days.clock_on < {{ open_end('subscribers.to_on') }}
    left join habits
        on days.person_id = habits.person_id
        and days.active_month_no = {{ month_number('habits.from_on') }}
    left join seasons on days.person_id = seasons.person_id and days.last_order_on = seasons.ordered_on
    left join supplies on days.person_id = supplies.person_id and days.last_order_on = supplies.ordered_on
),

-- the own rhythm, pulled towards the category's while there are few gaps
rhythms as (
    select
        described.*,
        case
            when described.gap_count >= rules.d2_min_gap_count
                then (described.gap_count * described.median_gap_days + cast(rules.d2_shrinkage_count as double) * described.category_gap_days)
                    / (described.gap_count + cast(rules.d2_shrinkage_count as double))
        end as own_rhythm_days
    from described
    cross join rules
),

-- each rule whose population the person is in: how many days of silence, or on which day
measured as (
    select
        rhythms.*,
        case when rules.d1_no is not null then cast(rhythms.fixed_days as double) end as d1_days,
        case
            when rules.d2_no is not null and rhythms.own_rhythm_days is not null
                then least(
                    greatest(cast(rules.d2_gap_ratio as double) * rhythms.own_rhythm_days, cast(rules.d2_min_days as double)),
                    cast(rules.d2_max_days as double)
                )
        end as d2_days,
        case
            when rules.d4_no is not null and rhythms.occasion_no = rules.d4_order_day_count
                then least(cast(rhythms.f2_days as double), cast(rules.d4_max_days as double))
        end as d4_days,
        case
            when rules.d3_no is not null
                then {{ day_reached(
                    'greatest(rhythms.used_up_on, rhythms.restarted_on)', 'cast(rules.d3_usage_ratio as double) * rhythms.usage_days'
                ) }}
        end as d3_on,
        case
            when
                rules.d5_no is not null
                and rhythms.gap_count >= rules.d5_min_gap_count
                and rhythms.median_gap_days >= rules.d5_min_gap_days
                then rhythms.habit_crossed_on
        end as d5_on,
        case when rules.d6_no is not null and rhythms.delivered_on = rhythms.last_order_on then rhythms.lapses_on end as d6_on,
        case when rules.seasonal_no is not null then rhythms.season_over_on end as seasonal_on
    from rhythms
    cross join rules
),

-- the most specific rule decides, crossed or not
placed as (
    select
        measured.*,
        least(
            case when measured.d6_on is not null then rules.d6_no end,
            case when measured.seasonal_on is not null then rules.seasonal_no end,
            case when measured.d5_on is not null then rules.d5_no end,
            case when measured.d3_on is not null then rules.d3_no end,
            case when measured.d2_days is not null then rules.d2_no end,
            case when measured.d4_days is not null then rules.d4_no end,
            case when measured.d1_days is not null then rules.d1_no end
        ) as deciding_no
    from measured
    cross join rules
),

decided as (
    select
        placed.*,
        case placed.deciding_no
            when rules.d6_no then 'D6'
            when rules.seasonal_no then 'SEASONAL'
            when rules.d5_no then 'D5'
            when rules.d3_no then 'D3'
            when rules.d2_no then 'D2'
            when rules.d4_no then 'D4'
            when rules.d1_no then 'D1'
        end as deciding_rule,
        {% for name, ending in {'crossed_on': '', 'recrossed_on': '_re'}.items() %}
        case placed.deciding_no
            when rules.d6_no then placed.d6_on
            when rules.seasonal_no then placed.seasonal_on
            when rules.d5_no then placed.d5_on
            when rules.d3_no then placed.d3_on
            {% for rule in ['d2', 'd4', 'd1'] %}
            when rules.{{ rule }}_no then {{ day_reached(
                'placed.base_on',
                redormant_days('placed.' ~ rule ~ '_days', 'rules.' ~ rule ~ '_scaled', 'placed.redormant_ratio')
                if ending else 'placed.' ~ rule ~ '_days'
            ) }}
            {% endfor %}
        end as {{ name }},
        {% endfor %}
        cast(rules.d2_guard_ratio as double) * placed.own_rhythm_days as d2_guard_days,
        cast(rules.d3_guard_ratio as double) * placed.usage_days as d3_guard_days,
        case
            when placed.deciding_no in (rules.seasonal_no, rules.d6_no) or placed.own_rhythm_days is null
                then cast(placed.long_dormant_days as double)
            else least(
                cast(placed.long_dormant_days as double), cast(placed.long_dormant_ratio as double) * placed.d2_days
            )
        end as long_days
    from placed
    cross join rules
),

ripe as (
    select
        *,
        greatest(clock_on, crossed_on, blocks_until_on) as ripe_on,
        greatest(clock_on, recrossed_on, blocks_until_on) as reripe_on
    from decided
),

-- a warning comes at the latest on the day before dormancy where there is an own rhythm; blocked rules do not warn
final as (
    select
        ripe.person_id,
        ripe.clock_on,
        ripe.boundary,
        ripe.next_clock_on,
        ripe.own_cycle_no,
        case when ripe.occasion_no = 1 then 'new' else 'active' end as opening_state,
        ripe.last_order_on,
        ripe.gap_count,
        ripe.median_gap_days,
        ripe.category_l1,
        coalesce(ripe.own_rhythm_days, cast(ripe.category_gap_days as double)) as rhythm_days,
        ripe.base_on,
        ripe.blocks_until_on,
        ripe.deciding_rule,
        subtypes.subtype,
        ripe.ripe_on,
        ripe.reripe_on,
        ripe.d1_days,
        ripe.d2_days,
        ripe.d4_days,
        ripe.d3_on,
        ripe.d5_on,
        ripe.d6_on,
        ripe.seasonal_on,
        ripe.redormant_ratio,
        ripe.paused_to_on,
        case
            when ripe.deciding_rule != 'SEASONAL' and ripe.d2_guard_days is not null
                then greatest(
                    ripe.clock_on,
                    ripe.blocks_until_on,
                    least({{ day_reached('ripe.base_on', 'ripe.d2_guard_days') }}, {{ add_days('ripe.ripe_on', -1) }})
                )
        end as d2_guard_on,
        case
            when ripe.deciding_rule != 'SEASONAL' and ripe.d3_on is not null
                then greatest(
                    ripe.clock_on,
                    ripe.blocks_until_on,
                    {{ day_reached('greatest(ripe.used_up_on, ripe.restarted_on)', 'ripe.d3_guard_days') }}
                )
        end as d3_guard_on,
        {{ add_days('ripe.last_order_on', 'floor(' ~ round6('ripe.long_days') ~ ') + 1') }} as long_silent_on
    from ripe
    left join subtypes on ripe.deciding_rule = subtypes.rule_id
)

select * from final
