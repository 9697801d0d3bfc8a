{#
Who is who in an incremental build. Before it, include/changes notes whose records may say something else than before (ops.changed_key),
the values they shared with others (ops.former_block) and who shared them (ops.touched_key). What they share now and the circles that
this touches join them in note_touched_keys. Once it is known who is who, note_changed_people says whose rows that makes others
(ops.changed_person). A full build reads none of them.
#}

{# The rows of a relation about records that may say something else. Stands where a relation stands. #}
{% macro of_changed_keys(relation, key='party_key') -%}
    {{ _rows_where(relation, key, 'select party_key from ops.changed_key') }}
{%- endmacro %}

{# The rows of keys in blocks that changed records share or shared. #}
{% macro of_touched_blocks(relation) -%}
    {{ _rows_where(relation, 'block_key', touched_blocks()) if is_partial() else relation }}
{%- endmacro %}

{% macro touched_blocks() -%}
    select block_key from ops.former_block
    {%- for name in ('int_identity__key', 'int_identity__contact_key') %} union select block_key from {{ kept(_model(name)) }}{% endfor -%}
{%- endmacro %}

{# The rows of records in circles that the changes touch, after note_touched_keys. #}
{% macro of_circles(relation) -%}
    {{ _rows_where(relation, 'party_key', keys_of_circles()) }}
{%- endmacro %}

{% macro keys_of_circles() -%}
    select party_key from ops.touched_key
{%- endmacro %}

{# The rows of persons whom the changes touch, after note_changed_people. #}
{% macro of_changed_people(relation) -%}
    {{ _rows_where(relation, 'person_id', 'select person_id from ops.changed_person') }}
{%- endmacro %}

{% macro _rows_where(relation, column, keys) -%}
    {%- if is_partial() -%}
    (select * from {{ relation }} where {{ column }} in ({{ keys }}))
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# A model by name, for macros that also run where it is no parent. #}
{% macro _model(name) -%}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ name] -%}
    {{- return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) -}}
{%- endmacro %}

{#
Hook: whom the links of touched blocks join now, and everybody of the circles that they stood in. Between these and others no link holds,
so that their circles can be drawn alone.
#}
{% macro note_touched_keys() -%}
    {%- if is_partial() %}
    {%- set links, circles = kept(_model('int_identity__link')), _model('int_identity__circle') %}
    insert into ops.touched_key
    with met as (
        select party_key from ops.touched_key
        union
        select party_key from {{ links }}
        union
        select scope_key from {{ links }} where scope_key is not null
    ),
    met_circles as (
        select circle_id from {{ circles }} where party_key in (select party_key from met)
    )
    select party_key from met
    union
    select party_key from {{ circles }} where circle_id in (select circle_id from met_circles)
    except
    select party_key from ops.touched_key
    {%- endif %}
{%- endmacro %}

{#
Hook: the persons that changed records belong to, now or before, the accounts of such contacts and the contacts of such accounts.
With `moved`, records that belong to somebody else than before count as changed.
#}
{% macro note_changed_people(moved=false) -%}
    {%- if is_partial() %}
    {%- set members = _model('int_identity__member') -%}
    {%- set records = _model('int_identity__record') %}
    delete from ops.changed_person;
    insert into ops.changed_person
    with keys as (
        select party_key from ops.changed_key
        {%- if moved %}
        union
        select coalesce(now.party_key, before.party_key) as party_key
        from {{ of_circles(members) }} as now
        full join {{ of_circles('ops.build_party') }} as before on now.party_key = before.party_key
        where now.person_id is distinct from before.person_id
        {%- endif %}
    ),
    persons as (
        select person_id, account_person_id from ops.build_party where party_key in (select party_key from keys)
        union
        select person_id, null from {{ members }} where party_key in (select party_key from keys)
    ),
    member_keys as (
        select party_key, person_id from {{ members }} where person_id in (select person_id from persons)
    ),
    accounts as (
        select records.account_key
        from {{ records }} as records
        inner join member_keys on records.party_key = member_keys.party_key
        where records.account_key is not null
    ),
    contacts as (
        select party_key from {{ records }}
        where account_key in (select party_key from member_keys)
    )
    select person_id from persons
    union
    select account_person_id from persons where account_person_id is not null
    union
    select person_id from {{ members }}
    where party_key in (select account_key from accounts union all select party_key from contacts)
    {%- endif %}
{%- endmacro %}
