{#
An incremental build replaces the rows of what changed. include/changes notes before it which records changed
(ops.changed_record), which parties that concerns (ops.changed_party) and how they are called now (ops.changed_member).
A full build reads none of them.
#}

{# The rows of a relation that a build works on: all, or those of the parties that changed. Stands where a relation stands. #}
{% macro concerned(relation) -%}
    {%- if is_partial() -%}
    (select * from {{ relation }} where person_id in (select person_id from ops.changed_party))
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# The same for rows of a source's own party, by `key`; with `entity`, the records of it that changed come along, by `record_key`. #}
{% macro concerned_by(relation, key, entity=none, record_key=none) -%}
    {%- if is_partial() -%}
    (
        select * from {{ relation }}
        where
            {{ key }} in (select party_key from ops.changed_member)
            {%- if entity %} or {{ record_key }} in ({{ changed_ids(entity) }}){% endif %}
    )
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# Condition: true in a full build, else whether the column's value is one that a CTE has left. #}
{% macro is_among(column, cte) -%}
    {{ column ~ ' in (select ' ~ column ~ ' from ' ~ cte ~ ')' if is_partial() else 'true' }}
{%- endmacro %}

{# Condition for a key of a source's own party: true in a full build, else whether a changed record speaks of it. #}
{% macro is_changed_key(key) -%}
    {%- if is_partial() -%}
    {{ key }} in (select party_key from ops.changed_record)
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{# Condition for rows of an entity in raw: true in a full build, else whether the record changed. #}
{% macro is_changed_record(entity, key) -%}
    {%- if is_partial() -%}
    (source_system, {{ key | join(" || ':' || ") }}) in (
        select source_system, record_key from ops.changed_record where entity = '{{ entity }}'
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{# The global ids of the records of an entity that changed; for partial builds only. #}
{% macro changed_ids(entity) -%}
    select source_system || ':' || record_key from ops.changed_record where entity = '{{ entity }}'
{%- endmacro %}

{% macro outdated_rows(meta, fresh) -%}
    {%- set conditions = [] -%}
    {%- if meta.replace_by == 'party' %}{% do conditions.append('person_id in (select person_id from ops.changed_party)') %}{% endif -%}
    {%- if meta.replace_by == 'record_party' %}{% do conditions.append('party_key in (select party_key from ops.changed_record)') %}{% endif -%}
    {%- if meta.replace_by == 'record' %}{% do conditions.append('party_key in (select party_key from ops.changed_key)') %}{% endif -%}
    {%- if meta.replace_by == 'circle' %}{% do conditions.append('party_key is null or party_key in (' ~ keys_of_circles() ~ ')') %}{% endif -%}
    {%- if meta.replace_by == 'person' %}{% do conditions.append('person_id in (select person_id from ops.changed_person)') %}{% endif -%}
    {%- if meta.with_neighbours %}{% do conditions.append('person_id in (select person_id from ' ~ fresh ~ ')') %}{% endif -%}
    {%- if meta.entity %}{% do conditions.append(meta.record_key ~ ' in (' ~ changed_ids(meta.entity) ~ ')') %}{% endif -%}
    {{ conditions | join(' or ') or 'false' }}
{%- endmacro %}

{# Whether this run of the model works on what changed: only where the build says so, and for models made for it. #}
{% macro is_partial() -%}
    {{- return(execute and var('extent', 'all') == 'changed' and model.config.materialized in ('replaced', 'view')) -}}
{%- endmacro %}
