{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- Each party's time cut at every day on which a dormancy rule could begin to see it differently; up to next_clock_on the row says
-- which rule decides and when it is ripe. A boundary opens a new stretch (cycle): a fact by which a party can wake up, leave or, as a
-- lead, come back. Each clock puts its own days in order; a lead's come before those as a customer. `reripe_on` holds instead of `ripe_on` after a reactivation.
with leads as (
    select * from {{ concerned(ref('int_dormancy__lead_clock')) }}
),

lead_counts as (
    select
        person_id,
        max(cycle_no) as cycle_count
    from leads
    group by person_id
),

customers as (
    select
        customers.*,
        customers.own_cycle_no + coalesce(lead_counts.cycle_count, 0) as cycle_no
    from {{ concerned(ref('int_dormancy__customer_clock')) }} as customers
    left join lead_counts on customers.person_id = lead_counts.person_id
),

accounts as (
    select * from {{ concerned(ref('int_dormancy__account_clock')) }}
),

lead_subtype as (
    select subtype
    from {{ rule_in_force('rule_dormancy') }}
    where rule_id = 'D9'
),

final as (
    select {{ as_clock(['person_id', 'clock_on', 'boundary', 'opening_state', 'base_on', 'deciding_rule', 'subtype', 'ripe_on', 'reripe_on', 'd9_days', 'redormant_ratio', 'rhythm_days', 'next_clock_on', 'cycle_no']) }}
    from leads
    left join lead_subtype on leads.deciding_rule = 'D9'
    union all
    select {{ as_clock([
        'person_id', 'clock_on', 'boundary', 'opening_state', 'last_order_on', 'gap_count', 'median_gap_days', 'category_l1',
        'rhythm_days', 'base_on', 'blocks_until_on', 'deciding_rule', 'subtype', 'ripe_on', 'reripe_on', 'd1_days', 'd2_days',
        'd4_days', 'd3_on', 'd5_on', 'd6_on', 'seasonal_on', 'redormant_ratio', 'd2_guard_on', 'd3_guard_on', 'paused_to_on',
        'long_silent_on', 'next_clock_on', 'cycle_no'
    ]) }}
    from customers
    union all
    select {{ as_clock([
        'person_id', 'clock_on', 'boundary', 'opening_state', 'last_order_on', 'gap_count', 'median_gap_days', 'category_l1',
        'rhythm_days', 'base_on', 'deal_base_on', 'deciding_rule', 'subtype', 'ripe_on', 'reripe_on', 'd7_days', 'd8_days',
        'd9_days', 'redormant_ratio', 'inactive_on', 'long_silent_on', 'next_clock_on', 'cycle_no'
    ]) }}
    from accounts
)

select * from final
