{#
Pre-hook of tables that keep the run's as_of and the ends of months: removes every other day, and as_of itself before it is
written again. Give it as text, so that it runs with the date of the run: pre_hook="{{ keep_month_ends() }}".
#}
{% macro keep_month_ends() -%}
    {%- if execute and load_relation(this) is not none -%}
        delete from {{ this }}
        where as_of = {{ as_of() }} or as_of <> {{ month_end('as_of') }}
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}
