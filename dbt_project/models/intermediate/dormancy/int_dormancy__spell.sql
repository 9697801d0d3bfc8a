{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Spells of dormancy, half-open [dormant_on, end_on): the rule that decided, every rule that was crossed, how it ended, and what the
-- party had bought in the months before.
with cycles as (
    select * from {{ concerned(ref('int_dormancy__cycle')) }}
),

clock as (
    select * from {{ concerned(ref('int_dormancy__clock')) }}
),

leavings as (
    select * from {{ concerned(ref('int_dormancy__leaving')) }}
),

order_days as (
    select * from {{ concerned(ref('int_activity__order_day')) }}
),

parties as (
    select * from {{ concerned(ref('int_identity__party')) }}
),

value_rules as (
    select * from {{ rule_in_force('rule_value') }}
),

rules as (
    select * from {{ ref('int_dormancy__rule') }}
),

{% set lapsing = {'d1': 'base_on', 'd2': 'base_on', 'd4': 'base_on', 'd7': 'deal_base_on', 'd8': 'base_on', 'd9': 'base_on'} -%}
{% set dated = ['d3', 'd5', 'd6', 'seasonal'] -%}
slept as (
    select
        *,
        row_number() over (partition by person_id order by cycle_no) as spell_no
    from cycles
    where not is_asleep and dormant_on is not null
),

-- a stretch that opens asleep goes on with the spell before it; the first that does not ends the spell
awakenings as (
    select
        slept.person_id,
        slept.spell_no,
        min(cycles.started_on) as end_on,
        min_by(cycles.opening_code, cycles.cycle_no) as end_code
    from slept
    inner join cycles on slept.person_id = cycles.person_id and slept.cycle_no < cycles.cycle_no and not cycles.is_asleep
    group by slept.person_id, slept.spell_no
),

ended as (
    select
        slept.*,
        awakenings.end_on,
        awakenings.end_code
    from slept
    left join awakenings on slept.person_id = awakenings.person_id and slept.spell_no = awakenings.spell_no
),

-- which rules were crossed on the day, one digit each
spells as (
    select
        ended.*,
        clock.last_order_on,
        clock.base_on,
        clock.deal_base_on,
        clock.subtype,
        clock.rhythm_days,
        coalesce(clock.category_l1, 'ALL') as category_l1,
        clock.long_silent_on,
        {% for rule, base in lapsing.items() -%}
        case
            when {{ day_reached(
                'clock.' ~ base,
                redormant_days('clock.' ~ rule ~ '_days', 'rules.' ~ rule ~ '_scaled', 'case when ended.is_reactivation then clock.redormant_ratio else 1 end')
            ) }} <= ended.dormant_on then '1'
            else '0'
        end
        ||
        {% endfor -%}
        {% for rule in dated -%}
        case when clock.{{ rule }}_on <= ended.dormant_on then '1' else '0' end{{ ' ||' if not loop.last }}
        {% endfor -%}
        as crossed_code
    from ended
    cross join rules
    inner join clock
        on ended.person_id = clock.person_id
        and clock.clock_on <= ended.dormant_on
        and ended.dormant_on < {{ open_end('clock.next_clock_on') }}
),

-- few sets of rules are ever crossed together: each is written out once, by precedence
crossed_codes as (
    select distinct crossed_code from spells
),

crossed_sets as (
    {% for rule in lapsing.keys() | list + dated -%}
    select
        crossed_codes.crossed_code,
        '{{ rule | upper }}' as rule_id,
        rules.{{ rule }}_no as precedence_no
    from crossed_codes
    cross join rules
    where substr(crossed_codes.crossed_code, {{ loop.index }}, 1) = '1'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

crossed_rules as (
    select
        crossed_code,
        {{ ordered_list('rule_id', 'precedence_no') }} as rule_ids
    from crossed_sets
    group by crossed_code
),

windows as (
    select
        spells.person_id,
        spells.spell_no,
        spells.last_order_on,
        {{ add_months('spells.last_order_on', '-value_rules.lookback_months') }} as window_from_on
    from spells
    inner join parties on spells.person_id = parties.person_id
    inner join value_rules on parties.business_type = value_rules.business_type
    where spells.last_order_on is not null
),

bought_before as (
    select
        windows.person_id,
        windows.spell_no,
        sum(order_days.order_count) as order_count,
        sum(order_days.net_amount) as net_amount,
        sum(order_days.margin_amount) as margin_amount
    from windows
    inner join order_days
        on windows.person_id = order_days.person_id
        and order_days.ordered_on > windows.window_from_on
        and order_days.ordered_on <= windows.last_order_on
    group by windows.person_id, windows.spell_no
),

final as (
    select
        spells.person_id,
        cast(spells.spell_no as integer) as spell_no,
        spells.cycle_no,
        spells.dormant_on,
        spells.end_on,
        case spells.end_code
            when 'C' then leavings.end_type
            when 'L' then 're_engaged'
            when 'N' then 'converted'
            when 'R' then 'reactivated'
            else 'open'
        end as end_type,
        crossed_rules.rule_ids,
        spells.deciding_rule,
        spells.subtype,
        spells.is_reactivation as is_redormant,
        case when spells.deciding_rule = 'D7' then spells.deal_base_on else spells.base_on end as last_clock_on,
        spells.last_order_on,
        {{ round9('spells.rhythm_days') }} as rhythm_days,
        {{ day_reached('spells.last_order_on', 'spells.rhythm_days') }} as expected_next_on,
        spells.category_l1,
        case
            when spells.deciding_rule = 'D9' then null
            when spells.long_silent_on <= {{ as_of() }} and (spells.end_on is null or spells.long_silent_on < spells.end_on)
                then greatest(spells.long_silent_on, spells.dormant_on)
        end as long_dormant_on,
        spells.long_silent_on,
        cast(coalesce(bought_before.order_count, 0) as integer) as order_count,
        {{ money('coalesce(bought_before.net_amount, 0)') }} as net_amount,
        {{ money('bought_before.net_amount / bought_before.order_count') }} as aov_amount,
        {{ money('coalesce(bought_before.margin_amount, 0)') }} as margin_amount
    from spells
    left join crossed_rules on spells.crossed_code = crossed_rules.crossed_code
    left join bought_before on spells.person_id = bought_before.person_id and spells.spell_no = bought_before.spell_no
    left join leavings on spells.person_id = leavings.person_id and spells.end_on = leavings.left_on
)

select * from final
