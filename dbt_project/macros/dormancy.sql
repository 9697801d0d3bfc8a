{#
Pieces that the clock models share. A `scaled` rule's days are shortened by redormant_ratio after a reactivation.
#}

{# Days of a rule after a reactivation. `scaled` is 0 or 1. #}
{% macro redormant_days(days, scaled, redormant_ratio='redormant_ratio') -%}
    (cast({{ days }} as double) * (1 + {{ scaled }} * (cast({{ redormant_ratio }} as double) - 1)))
{%- endmacro %}

{#
Select list that brings the clocks of leads, customers and accounts into one shape; columns a relation lacks are NULL.
#}
{% macro as_clock(present) -%}
    {%- set columns = {
        'person_id': 'string', 'clock_on': 'date', 'boundary': 'string', 'opening_state': 'string', 'last_order_on': 'date',
        'gap_count': 'integer', 'median_gap_days': 'double', 'category_l1': 'string', 'rhythm_days': 'double', 'base_on': 'date',
        'deal_base_on': 'date', 'blocks_until_on': 'date', 'deciding_rule': 'string', 'subtype': 'string',
        'ripe_on': 'date', 'reripe_on': 'date', 'd1_days': 'double', 'd2_days': 'double', 'd4_days': 'double', 'd7_days': 'double',
        'd8_days': 'double', 'd9_days': 'double', 'd3_on': 'date', 'd5_on': 'date', 'd6_on': 'date', 'seasonal_on': 'date',
        'redormant_ratio': 'double', 'd2_guard_on': 'date', 'd3_guard_on': 'date', 'paused_to_on': 'date', 'inactive_on': 'date',
        'long_silent_on': 'date', 'next_clock_on': 'date', 'cycle_no': 'integer'
    } -%}
    {% for name, type in columns.items() -%}
    cast({{ name if name in present else 'null' }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{#
Subquery of dated facts about parties: 0 in every column that `values` does not name (column -> SQL expression).
#}
{% macro dormancy_facts(person, day, relation, where='', values={}) -%}
    {%- set columns = [
        'is_start', 'is_inbound', 'is_contact', 'is_visit', 'is_use', 'is_won', 'is_contract_start', 'is_opened', 'billed_change',
        'is_subscription', 'is_resumption', 'is_left'
    ] -%}
    (
    select
        {{ person }} as person_id,
        {{ day }} as fact_on,
        {% for column in columns -%}
        {{ values.get(column, '0') }} as {{ column }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ relation }}
    {% if where %}where {{ where }}{% endif %}
    )
{%- endmacro %}
