{#
An incremental build replaces the rows of what changed. include/changes notes before it which records changed
(ops.changed_record), which parties that concerns (ops.changed_party) and how they are called now (ops.changed_member).
A full build reads none of them.
#}

{#
The rows of a relation that a build works on: all, or those of the parties that changed. Stands where a relation stands. What a
partial build has made of a table, or include/changes of who is who, lies in schema `changed`: nobody looks for it in the whole table.
#}
{% macro concerned(relation) -%}
    {%- if not is_partial() -%}
    {{ relation }}
    {%- elif is_kept(relation) -%}
    {{ kept(relation) }}
    {%- else -%}
    (select * from {{ kept(relation) if is_replaced_by_party(relation) else relation }} where person_id in (select person_id from ops.changed_party))
    {%- endif -%}
{%- endmacro %}

{# The table of the rows of `relation` that this build's parties have. #}
{% macro kept(relation) -%}
    {{- return(api.Relation.create(database=relation.database, schema='changed', identifier=relation.identifier, type='table')) -}}
{%- endmacro %}

{# Whether that table holds nothing else. #}
{% macro is_kept(relation) -%}
    {{- return(relation.identifier.startswith('int_identity__') or (is_replaced_by_party(relation) and not node_of(relation).config.meta.get('entity'))) -}}
{%- endmacro %}

{% macro is_replaced_by_party(relation) -%}
    {%- set config = node_of(relation).config -%}
    {{- return(config.materialized == 'replaced' and config.meta.get('replace_by') in ('party', 'party_with_news')) -}}
{%- endmacro %}

{% macro node_of(relation) -%}
    {{- return(graph.nodes.get('model.' ~ project_name ~ '.' ~ relation.identifier, {'config': {}})) -}}
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

{# Condition: the rows of the model that make way for new ones, which stand in `fresh`. #}
{% macro outdated_rows(meta, fresh) -%}
    {%- set conditions = [] -%}
    {%- if meta.replace_by == 'party' %}{% do conditions.append('person_id in (select person_id from ops.changed_party)') %}{% endif -%}
    {%- if meta.replace_by == 'party_with_news' %}{% do conditions.append('person_id in (select person_id from ops.changed_party where has_news)') %}{% endif -%}
    {%- if meta.replace_by == 'record_party' %}{% do conditions.append('party_key in (select party_key from ops.changed_record)') %}{% endif -%}
    {%- if meta.replace_by == 'record' %}{% do conditions.append('party_key in (select party_key from ops.changed_key)') %}{% endif -%}
    {%- if meta.replace_by == 'block' %}{% do conditions.append("match_rule = 'MANUAL' or block_key in (" ~ touched_blocks() ~ ")") %}{% endif -%}
    {%- if meta.replace_by == 'circle' %}{% do conditions.append('party_key in (' ~ keys_of_circles() ~ ')') %}{% endif -%}
    {%- if meta.replace_by == 'person' %}{% do conditions.append('person_id in (select person_id from ops.changed_person)') %}{% endif -%}
    {%- if meta.with_neighbours %}{% do conditions.append('person_id in (select person_id from ' ~ fresh ~ ')') %}{% endif -%}
    {%- if meta.entity %}{% do conditions.append(meta.record_key ~ ' in (' ~ changed_ids(meta.entity) ~ ')') %}{% endif -%}
    {{ conditions | join(' or ') or 'false' }}
{%- endmacro %}

{# Whether this run of the model works on what changed: only where the build says so, and for models made for it. #}
{% macro is_partial() -%}
    {{- return(execute and var('extent', 'all') == 'changed' and model.config.materialized in ('replaced', 'view')) -}}
{%- endmacro %}

{# The keys that this build has written into a relation: all of it, in a partial build those of the new rows. Stands where a relation stands. #}
{% macro written_keys(relation, key) -%}
    {%- if execute and var('extent', 'all') == 'changed' and node_of(relation).config.materialized == 'replaced' -%}
    (
        select {{ key | join(', ') }} from {{ relation }} where ({{ key | join(', ') }}) in (select {{ key | join(', ') }} from {{ kept(relation) }})
        union all
        select {{ key | join(', ') }} from {{ kept(relation) }} where {{ key | join(' is null or ') }} is null
    ) as written
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# The rows of whom this build has written anything: all, in a partial build those of its parties. Stands where a relation stands. #}
{% macro written_parties(relation, party) -%}
    {%- if execute and var('extent', 'all') == 'changed' and party == 'person_id' and is_replaced_by_party(relation) -%}
    (select * from {{ relation }} where person_id in (select person_id from ops.changed_party))
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}
