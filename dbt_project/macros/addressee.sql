{#
A person is 様, an organisation without a named person 御中, never both (rule N25); without any name お客様 alone.
`contact` is the alias of a dim_contact row.
#}
{% macro _person_name(contact) -%}
    nullif(trim(concat(coalesce({{ contact }}.family_name, ''), ' ', coalesce({{ contact }}.given_name, ''))), '')
{%- endmacro %}

{# The person's name; empty for an organisation, whose name stands in its own column. #}
{% macro addressee_name(contact) -%}
    coalesce({{ _person_name(contact) }}, case when {{ contact }}.account_name is null then 'お客' end)
{%- endmacro %}

{% macro honorific(contact) -%}
    case
        when {{ _person_name(contact) }} is null and {{ contact }}.account_name is not null then '御中'
        else '様'
    end
{%- endmacro %}

{% macro printed_name(contact) -%}
    concat(coalesce({{ addressee_name(contact) }}, {{ contact }}.account_name), ' ', {{ honorific(contact) }})
{%- endmacro %}
