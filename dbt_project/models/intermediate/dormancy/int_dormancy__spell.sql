-- Spells of dormancy, half-open [dormant_on, end_on), with what the party had bought in the months before.
with cycles as (
    select * from {{ ref('int_dormancy__cycle') }}
),

clock as (
    select * from {{ ref('int_dormancy__clock') }}
),

thresholds as (
    select * from {{ ref('int_dormancy__threshold') }}
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

value_rules as (
    select * from {{ rule_in_force('rule_value') }}
),

spells as (
    select
        cycles.person_id,
        row_number() over (partition by cycles.person_id order by cycles.cycle_no) as spell_no,
        cycles.cycle_no,
        cycles.dormant_on,
        least(cycles.next_started_on, cycles.withdrawn_on) as end_on,
        case
            when cycles.withdrawn_on is not null then 'churned'
            when cycles.next_started_on is not null then 'reactivated'
            else 'open'
        end as end_type,
        cycles.deciding_rule,
        cycles.subtype,
        cycles.is_reactivation as is_redormant,
        cycles.last_clock_on,
        clock.last_order_on,
        {{ add_months('clock.last_order_on', '-value_rules.lookback_months') }} as window_from_on
    from cycles
    inner join clock on cycles.person_id = clock.person_id and cycles.last_clock_on = clock.clock_on
    inner join parties on cycles.person_id = parties.person_id
    inner join value_rules on parties.business_type = value_rules.business_type
    where cycles.dormant_on is not null
),

-- every rule that is crossed on the day, the deciding one first: it has the smallest precedence of those that apply
crossed_rules as (
    select
        spells.person_id,
        spells.spell_no,
        {{ ordered_list('thresholds.rule_id', 'thresholds.precedence_no') }} as rule_ids
    from spells
    inner join thresholds
        on spells.person_id = thresholds.person_id and spells.last_clock_on = thresholds.clock_on
    where
        {{ add_days(
            'thresholds.clock_on',
            'case when spells.is_redormant then thresholds.redormant_days else thresholds.dormant_days end'
        ) }} <= spells.dormant_on
    group by spells.person_id, spells.spell_no
),

bought_before as (
    select
        spells.person_id,
        spells.spell_no,
        sum(order_days.order_count) as order_count,
        sum(order_days.net_amount) as net_amount,
        sum(order_days.margin_amount) as margin_amount
    from spells
    inner join order_days
        on spells.person_id = order_days.person_id
        and order_days.ordered_on > spells.window_from_on
        and order_days.ordered_on <= spells.last_order_on
    group by spells.person_id, spells.spell_no
),

final as (
    select
        spells.person_id,
        cast(spells.spell_no as integer) as spell_no,
        spells.cycle_no,
        spells.dormant_on,
        spells.end_on,
        spells.end_type,
        crossed_rules.rule_ids,
        spells.deciding_rule,
        spells.subtype,
        spells.is_redormant,
        spells.last_clock_on,
        spells.last_order_on,
        cast(coalesce(bought_before.order_count, 0) as integer) as order_count,
        {{ money('bought_before.net_amount') }} as net_amount,
        {{ money('bought_before.net_amount / bought_before.order_count') }} as aov_amount,
        {{ money('coalesce(bought_before.margin_amount, 0)') }} as margin_amount
    from spells
    left join crossed_rules on spells.person_id = crossed_rules.person_id and spells.spell_no = crossed_rules.spell_no
    left join bought_before on spells.person_id = bought_before.person_id and spells.spell_no = bought_before.spell_no
)

select * from final
