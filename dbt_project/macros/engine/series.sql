{# Subquery with one row per whole number, column number_no, both ends included. #}
{% macro number_series(first_number, last_number) -%}
    {{ return(adapter.dispatch('number_series', 'okoshi')(first_number, last_number)) }}
{%- endmacro %}

{% macro default__number_series(first_number, last_number) -%}
    (select cast(unnest(generate_series({{ first_number }}, {{ last_number }})) as integer) as number_no)
{%- endmacro %}

{% macro spark__number_series(first_number, last_number) -%}
    (select explode(sequence({{ first_number }}, {{ last_number }})) as number_no)
{%- endmacro %}
