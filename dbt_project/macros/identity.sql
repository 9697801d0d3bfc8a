{# Stable ids of parties: p_… a person, a_… a B2B account. #}
{% macro person_id(source_system, source_id) -%}
    'p_' || {{ hash16([source_system, source_id]) }}
{%- endmacro %}

{% macro account_person_id(source_system, source_id) -%}
    'a_' || {{ hash16([source_system, source_id]) }}
{%- endmacro %}

{# Text for comparison only, never printed: characters replaced by their fold, one for one. #}
{% macro folded(expression, from_chars, to_chars) -%}
    translate({{ expression }}, {{ from_chars }}, {{ to_chars }})
{%- endmacro %}

{# What makes two written forms of an address or number the same (N30): mail ignores case. For comparison only. #}
{% macro contact_key(point_type, value) -%}
    case when {{ point_type }} = 'email' then lower(trim({{ value }})) else {{ value }} end
{%- endmacro %}

{% macro without_spaces(expression) -%}
    replace(replace({{ expression }}, ' ', ''), '　', '')
{%- endmacro %}

{# Family and given name as one text; NULL where either is missing, so that a surname alone is no key. #}
{% macro whole_name(family, given) -%}
    nullif({{ without_spaces(family ~ ' || ' ~ given) }}, '')
{%- endmacro %}
