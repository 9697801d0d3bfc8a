{# 0 .. 99 from the first 8 hex digits of md5: the bucket of a random draw that anybody can repeat. #}
{% macro md5_percent(expression) -%}
    ({{ md5_prefix_int(expression) }} % 100)
{%- endmacro %}
