{# 0 .. 99 from the first 8 hex digits of md5: the bucket of a random draw that anybody can repeat. #}
{% macro md5_percent(expression) -%}
    ({{ md5_prefix_int(expression) }} % 100)
{%- endmacro %}

{# A weight from 0 up with mean 1 (exponential), drawn by hash: the Bayesian bootstrap (Rubin 1981) that anybody can repeat. #}
{% macro md5_weight(expression) -%}
    (-ln(({{ md5_prefix_int(expression) }} + 1) / 4294967297.0))
{%- endmacro %}
