{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- Each party's time cut at every day on which a dormancy rule could begin to see it differently; up to next_clock_on the row says
-- which rule decides and when it is ripe. A boundary opens a new stretch (cycle): a fact by which a party can wake up, leave or, as a
-- lead, come back. `reripe_on` holds instead of `ripe_on` after a reactivation.
with leads as (
    select * from {{ concerned(ref('int_dormancy__lead_clock')) }}
),

customers as (
    select * from {{ concerned(ref('int_dormancy__customer_clock')) }}
),

accounts as (
    select * from {{ concerned(ref('int_dormancy__account_clock')) }}
),

lead_subtype as (
    select subtype
    from {{ rule_in_force('rule_dormancy') }}
    where rule_id = 'D9'
),

days as (
    select {{ as_clock(['person_id', 'clock_on', 'boundary', 'opening_state', 'base_on', 'deciding_rule', 'subtype', 'ripe_on', 'reripe_on', 'd9_days', 'redormant_ratio', 'rhythm_days']) }}
    from leads
    left join lead_subtype on leads.deciding_rule = 'D9'
    union all
    select {{ as_clock([
        'person_id', 'clock_on', 'boundary', 'opening_state', 'last_order_on', 'gap_count', 'median_gap_days', 'category_l1',
        'rhythm_days', 'base_on', 'blocks_until_on', 'deciding_rule', 'subtype', 'ripe_on', 'reripe_on', 'd1_days', 'd2_days',
        'd4_days', 'd3_on', 'd5_on', 'd6_on', 'seasonal_on', 'redormant_ratio', 'd2_guard_on', 'd3_guard_on', 'paused_to_on',
        'long_silent_on'
    ]) }}
    from customers
    union all
    select {{ as_clock([
        'person_id', 'clock_on', 'boundary', 'opening_state', 'last_order_on', 'gap_count', 'median_gap_days', 'category_l1',
        'rhythm_days', 'base_on', 'deal_base_on', 'deciding_rule', 'subtype', 'ripe_on', 'reripe_on', 'd7_days', 'd8_days',
        'd9_days', 'redormant_ratio', 'inactive_on', 'long_silent_on'
    ]) }}
    from accounts
),

final as (
    select
        days.*,
        lead(days.clock_on) over by_day as next_clock_on,
        cast(count(days.boundary) over (
            partition by days.person_id order by days.clock_on rows between unbounded preceding and current row
        ) as integer) as cycle_no
    from days
    window by_day as (partition by days.person_id order by days.clock_on)
)

select * from final
