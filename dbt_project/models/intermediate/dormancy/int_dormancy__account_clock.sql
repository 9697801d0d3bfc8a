{{ config(materialized='view') }} -- read once, by int_dormancy__clock
-- Every day of an account on which a dormancy rule could begin to see it differently: orders, use, deals, contract, contact. Rules D7
-- (a stalled deal) and D8 (a silent customer) run on the clock of two-way contact and use, D9 before the account is a customer.
with order_days as (
    select
        order_days.person_id,
        order_days.ordered_on,
        order_days.occasion_no,
        order_days.median_gap_days,
        order_days.category_l1,
        parties.business_type,
        parties.source_system
    from {{ concerned(ref('int_activity__order_day')) }} as order_days
    inner join {{ concerned(ref('int_identity__party')) }} as parties on order_days.person_id = parties.person_id
    where parties.business_type = 'b2b' and parties.account_person_id is null
),

facts as (
    select * from {{ concerned(ref('int_dormancy__fact')) }}
    where business_type = 'b2b'
),

industries as (
    select
        person_id,
        industry_code
    from {{ concerned(ref('int_identity__party')) }}
    where business_type = 'b2b'
),

busy_seasons as (
    select * from {{ rule_in_force('rule_busy_season') }}
),

presets as (
    select * from {{ ref('int_dormancy__preset') }}
    where business_type = 'b2b' and category_l1 = 'ALL'
),

rules as (
    select * from {{ ref('int_dormancy__rule') }}
),

rule_subtypes as (
    select
        max(case when rule_id = 'D7' then subtype end) as d7_subtype,
        max(case when rule_id = 'D8' then subtype end) as d8_subtype,
        max(case when rule_id = 'D9' then subtype end) as d9_subtype
    from {{ rule_in_force('rule_dormancy') }}
),

days as (
    select
        coalesce(facts.person_id, order_days.person_id) as person_id,
        coalesce(facts.fact_on, order_days.ordered_on) as clock_on,
        coalesce(facts.source_system, order_days.source_system) as source_system,
        order_days.occasion_no,
        order_days.median_gap_days,
        order_days.category_l1,
        case when order_days.ordered_on is not null then 1 else 0 end as is_order,
        {% for column in ['is_start', 'is_inbound', 'is_contact', 'is_use', 'is_won', 'is_contract_start', 'billed_change', 'is_left'] -%}
        coalesce(facts.{{ column }}, 0) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from facts
    full outer join order_days on facts.person_id = order_days.person_id and facts.fact_on = order_days.ordered_on
),

-- what is known of the account on that day: the last day of each kind, open deals, a billed contract
{% set kinds = {
    'last_order_on': 'is_order = 1', 'used_on': 'is_use = 1', 'contact_on': 'is_contact = 1', 'won_on': 'is_won = 1',
    'contract_from_on': 'is_contract_start = 1', 'inbound_on': 'is_inbound = 1'
} %}
running as (
    select
        *,
        {% for name, flag in kinds.items() -%}
        max(case when {{ flag }} then clock_on end) over so_far as {{ name }},
        {% endfor -%}
        min(case when is_use = 1 then clock_on end) over so_far as first_used_on,
        min(case when is_order = 1 or is_use = 1 or is_won = 1 or is_contract_start = 1 then clock_on end) over so_far as customer_on,
        max(occasion_no) over so_far as order_day_count,
        sum(billed_change) over so_far as billed_count,
        min(clock_on) over so_far as first_on
    from days
    window so_far as (partition by person_id order by clock_on rows between unbounded preceding and current row)
),

-- a deal whose result is known but not its day is neither open nor closed on any day
deals as (
    select
        members.person_id,
        deals.opened_on,
        deals.closed_on
    from {{ ref('stg_deals') }} as deals
    inner join {{ concerned(ref('int_identity__member')) }} as members on deals.account_key = members.party_key
    where deals.closed_on is not null or deals.result in ('open', 'hold')
),

open_deals as (
    select
        running.person_id,
        running.clock_on,
        max(deals.opened_on) as deal_opened_on
    from running
    inner join deals
        on running.person_id = deals.person_id
        and deals.opened_on <= running.clock_on
        and (deals.closed_on is null or running.clock_on < deals.closed_on)
    group by running.person_id, running.clock_on
),

-- use that never went beyond the first weeks is no use; then the first day of it counts
measured as (
    select
        running.*,
        running.customer_on is not null as is_customer,
        running.billed_count > 0 as is_billed,
        coalesce(
            running.used_on <= {{ add_days('running.first_used_on', 'rules.d8_onboarding_window_days') }}, false
        ) as is_onboarding_only,
        greatest(running.last_order_on, running.contact_on, running.won_on, running.contract_from_on) as met_on,
        greatest(
            running.last_order_on, running.contact_on, running.used_on, running.won_on, running.contract_from_on
        ) as heard_on,
        greatest(
            running.last_order_on, running.contact_on, running.used_on, running.won_on, running.contract_from_on,
            open_deals.deal_opened_on
        ) as deal_base_on,
        open_deals.deal_opened_on is not null as has_open_deal,
        greatest(running.contact_on, running.inbound_on) as lead_moved_on
    from running
    cross join rules
    left join open_deals on running.person_id = open_deals.person_id and running.clock_on = open_deals.clock_on
),

ripening as (
    select
        measured.*,
        case
            when not measured.is_customer then coalesce(measured.lead_moved_on, measured.first_on)
            when measured.is_onboarding_only then greatest(measured.first_used_on, measured.met_on)
            else measured.heard_on
        end as base_on,
        case
            when rules.d7_no is not null and measured.has_open_deal and not measured.is_billed
                then cast(deal_presets.fixed_days as double)
        end as d7_days,
        case
            when rules.d8_no is null or not measured.is_customer then null
            when measured.is_onboarding_only then cast(rules.d8_onboarding_days as double)
            else cast(touch_presets.fixed_days as double)
        end as d8_days,
        case when rules.d9_no is not null and not measured.is_customer then cast(lead_presets.fixed_days as double) end as d9_days,
        touch_presets.redormant_ratio as touch_ratio,
        deal_presets.redormant_ratio as deal_ratio,
        touch_presets.long_dormant_days,
        touch_presets.default_gap_days
    from measured
    cross join rules
    left join presets as touch_presets
        on touch_presets.clock_code = 'touch' and measured.source_system = touch_presets.source_system
    left join presets as deal_presets
        on deal_presets.clock_code = 'deal' and measured.source_system = deal_presets.source_system
    left join presets as lead_presets
        on lead_presets.clock_code = 'lead' and measured.source_system = lead_presets.source_system
),

decided as (
    select
        ripening.*,
        case
            when ripening.d7_days is not null and (ripening.d8_days is null or rules.d7_no < rules.d8_no) then 'D7'
            when ripening.d8_days is not null then 'D8'
            when ripening.d9_days is not null then 'D9'
        end as deciding_rule,
        {{ day_reached('ripening.base_on', 'ripening.d8_days') }} as d8_on,
        {{ day_reached('ripening.base_on', 'ripening.d9_days') }} as d9_on,
        {{ day_reached('ripening.deal_base_on', 'ripening.d7_days') }} as d7_on,
        {{ day_reached('ripening.base_on', redormant_days('ripening.d8_days', 'rules.d8_scaled', 'ripening.touch_ratio')) }} as d8_again_on,
        {{ day_reached('ripening.deal_base_on', redormant_days('ripening.d7_days', 'rules.d7_scaled', 'ripening.deal_ratio')) }}
            as d7_again_on
    from ripening
    cross join rules
),

-- the stall lies in the industry's busy season
stalled as (
    select distinct
        decided.person_id,
        decided.clock_on
    from decided
    inner join industries on decided.person_id = industries.person_id
    inner join busy_seasons on industries.industry_code = busy_seasons.industry_code
    where
        decided.deciding_rule = 'D7'
        and (
            ({{ month_day('decided.deal_base_on') }} between busy_seasons.from_month_day and busy_seasons.to_month_day)
            or (
                busy_seasons.to_month_day < busy_seasons.from_month_day
                and (
                    {{ month_day('decided.deal_base_on') }} >= busy_seasons.from_month_day
                    or {{ month_day('decided.deal_base_on') }} <= busy_seasons.to_month_day
                )
            )
        )
),

-- a customer that is billed does not sleep: from the day of D8 on it is paying without using
timed as (
    select
        decided.person_id,
        decided.clock_on,
        case
            when decided.is_left = 1 then 'C'
            when decided.clock_on = decided.customer_on then '1'
            when decided.is_order = 1 or decided.is_use = 1 or decided.is_won = 1 then 'O'
            when decided.is_contract_start = 1 then 'S'
            when decided.clock_on = decided.first_on then 'F'
            when not decided.is_customer and decided.is_inbound = 1 then 'I'
        end as boundary,
        case when decided.is_customer then 'active' else 'lead' end as opening_state,
        decided.last_order_on,
        decided.order_day_count - 1 as gap_count,
        decided.median_gap_days,
        decided.category_l1,
        cast(decided.default_gap_days as double) as rhythm_days,
        decided.base_on,
        decided.deal_base_on,
        decided.deciding_rule,
        case decided.deciding_rule
            when 'D7' then case when stalled.person_id is not null then 'busy_period' else rule_subtypes.d7_subtype end
            when 'D8' then rule_subtypes.d8_subtype
            else rule_subtypes.d9_subtype
        end as subtype,
        decided.d7_days,
        decided.d8_days,
        decided.d9_days,
        case decided.deciding_rule when 'D7' then decided.deal_ratio else decided.touch_ratio end as redormant_ratio,
        case
            when decided.is_billed then null
            when decided.deciding_rule = 'D7' then greatest(decided.clock_on, decided.d7_on)
            when decided.deciding_rule = 'D8' then greatest(decided.clock_on, decided.d8_on)
            when decided.deciding_rule = 'D9' then greatest(decided.clock_on, decided.d9_on)
        end as ripe_on,
        case
            when decided.is_billed then null
            when decided.deciding_rule = 'D7' then greatest(decided.clock_on, decided.d7_again_on)
            when decided.deciding_rule = 'D8' then greatest(decided.clock_on, decided.d8_again_on)
            when decided.deciding_rule = 'D9' then greatest(decided.clock_on, decided.d9_on)
        end as reripe_on,
        case when decided.is_billed then greatest(decided.clock_on, decided.d8_on) end as inactive_on,
        {{ add_days('decided.heard_on', 'decided.long_dormant_days + 1') }} as long_silent_on
    from decided
    cross join rule_subtypes
    left join stalled on decided.person_id = stalled.person_id and decided.clock_on = stalled.clock_on
),

final as (
    select
        *,
        lead(clock_on) over (partition by person_id order by clock_on) as next_clock_on,
        cast(count(boundary) over (
            partition by person_id order by clock_on rows between unbounded preceding and current row
        ) as integer) as cycle_no
    from timed
)

select * from final
