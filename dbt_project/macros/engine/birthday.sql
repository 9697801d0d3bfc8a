{# The day on which somebody turns `age`; 29 February becomes the 28th in other years. #}
{% macro birthday(birth_date, age) -%}
    {{ add_months(birth_date, "12 * (" ~ age ~ ")") }}
{%- endmacro %}
