{#
Materialisation `replaced`: a full build makes the table anew. Else the rows of what changed make way for the new ones, also where
there are none, by what meta says in `replace_by`:
- `party`: the parties concerned, by person_id; `party_with_news`: those of them with news, where facts move the rows and the day alone does not;
- `person`, `record`, `block`, `circle`: whom the changes touch while it is still found out who is who (macros/incremental_identity.sql);
- `record_party`: parties of changed records, by party_key; with `entity` and `record_key` the changed records themselves, by global id.
The new rows stay in schema `changed` for the models that read them. A Python model asks the variable `is_partial` (include/changes).
dbt's own incremental models keep a row whose key has no new one, and ask every unit test to say whether it is incremental.
#}
{% materialization replaced, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% if is_partial() %}
        {%- set fresh = kept(target) -%}
        {% call statement('extent') %}drop table if exists {{ fresh }}; set variable is_partial = true{% endcall %}
        {% call statement('fresh', language=model.language) %}{{ create_table_as(False, fresh, compiled_code, model.language) }}{% endcall %}
        {% call statement('main') %}
            reset variable is_partial;
            delete from {{ target }} where {{ outdated_rows(config.get('meta'), fresh) }};
            insert into {{ target }} by name select * from {{ fresh }}{% if config.get('meta').replace_by == 'party_with_news' %} where {{ outdated_rows(config.get('meta'), fresh) }}{% endif %};
        {% endcall %}
    {% else %}
        {{ drop_former() }}
        {% call statement('main', language=model.language) %}{{ create_table_as(False, target, compiled_code, model.language) }}{% endcall %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
