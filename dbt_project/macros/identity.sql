{# Stable ids of parties: p_… a person, a_… a B2B account. #}
{% macro person_id(source_system, source_id) -%}
    'p_' || {{ hash16([source_system, source_id]) }}
{%- endmacro %}

{% macro account_person_id(source_system, source_id) -%}
    'a_' || {{ hash16([source_system, source_id]) }}
{%- endmacro %}
