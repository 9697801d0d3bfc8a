-- The dormancy rules in force on as_of as one row: place in the precedence and numbers of each rule, one column each. A rule without
-- a row has no place and decides nothing.
{% set limits = {
    'D2': ['min_gap_count', 'gap_ratio', 'shrinkage_count', 'min_days', 'max_days', 'learned_min_count'],
    'D3': ['usage_ratio'],
    'D4': ['order_day_count', 'max_days', 'learned_share_ratio', 'learned_mature_days', 'learned_min_count'],
    'D5': ['window_months', 'min_active_months', 'empty_months', 'min_gap_count', 'min_gap_days'],
    'D6': ['active_block_days', 'pause_block_days', 'default_cycle_days'],
    'SEASONAL': ['max_window_months', 'min_share_ratio', 'min_year_count', 'min_order_day_count', 'min_year_span_count'],
    'D8': ['onboarding_window_days', 'onboarding_days'],
} %}
{% set rule_ids = ['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8', 'D9', 'SEASONAL'] %}

with rules as (
    select * from {{ rule_in_force('rule_dormancy') }}
),

rule_limits as (
    select * from {{ rule_in_force('rule_dormancy_limit') }}
),

guards as (
    select * from {{ rule_in_force('rule_dormancy_guard') }}
),

places as (
    select
        {% for rule_id in rule_ids %}
        max(case when rule_id = '{{ rule_id }}' then precedence_no end) as {{ rule_id | lower }}_no,
        max(case when rule_id = '{{ rule_id }}' and is_scaled then 1 else 0 end) as {{ rule_id | lower }}_scaled{% if not loop.last %},{% endif %}
        {% endfor %}
    from rules
),

numbers as (
    select
        {% for rule_id, codes in limits.items() %}{% set outer = loop %}
        {% for code in codes %}
        max(case when rule_id = '{{ rule_id }}' and limit_code = '{{ code }}' then limit_value end)
            as {{ rule_id | lower }}_{{ code }}{% if not (loop.last and outer.last) %},{% endif %}
        {% endfor %}
        {% endfor %}
    from rule_limits
),

warnings as (
    select
        {% for code in ['D2', 'D3', 'AOV'] %}
        max(case when guard_code = '{{ code }}' then limit_ratio end) as {{ code | lower }}_guard_ratio,
        {% endfor %}
        max(case when guard_code = 'D6' then min_count end) as d6_guard_skip_count,
        max(case when guard_code = 'AOV' then min_count end) as aov_guard_order_count,
        {% for code in ['D2', 'D3', 'D6', 'COMPLAINT', 'AOV'] %}
        max(case when guard_code = '{{ code }}' then guard_no end) as {{ code | lower }}_guard_no{% if not loop.last %},{% endif %}
        {% endfor %}
    from guards
),

final as (
    select
        places.*,
        numbers.*,
        warnings.*
    from places
    cross join numbers
    cross join warnings
)

select * from final
