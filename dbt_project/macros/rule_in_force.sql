{# The rows of a rule table that apply on as_of, as a subquery. Validity is half-open; an empty valid_to is open. #}
{% macro rule_in_force(rule_name) -%}
    (
        select *
        from {{ ref(rule_name) }}
        where valid_from <= {{ as_of() }} and (valid_to is null or {{ as_of() }} < valid_to)
    )
{%- endmacro %}
