{# The business date (JST) of the run: the only clock a model knows. Use it in model SQL, never in a config. #}
{% macro as_of() -%}
    cast('{{ var("as_of") }}' as date)
{%- endmacro %}

{# First moment that is not known any more on as_of: rows count when known_at < this. #}
{% macro as_of_end() -%}
    cast({{ add_days(as_of(), 1) }} as timestamp)
{%- endmacro %}
