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

{% macro without_spaces(expression) -%}
    replace(replace({{ expression }}, ' ', ''), '　', '')
{%- endmacro %}

{# Family and given name as one text; NULL where either is missing, so that a surname alone is no key. #}
{% macro whole_name(family, given) -%}
    nullif({{ without_spaces(family ~ ' || ' ~ given) }}, '')
{%- endmacro %}
