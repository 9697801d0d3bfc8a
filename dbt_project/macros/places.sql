{# Rows numbered in order, seen from one of them. #}

{# Condition: is a row one of the last `count` up to `last_no`? #}
{% macro is_one_of_last(row_no, last_no, count) -%}
    ({{ row_no }} > {{ last_no }} - {{ count }} and {{ row_no }} <= {{ last_no }})
{%- endmacro %}

{# Aggregate: the value of the one row that stands at a place. #}
{% macro value_at(expression, place_no, place) -%}
    max(case when {{ place_no }} = {{ place }} then {{ expression }} end)
{%- endmacro %}
