{#
Materialisation `table`, instead of the adapter's: the former table goes and the new one comes in one transaction. No table is renamed,
and no backup is kept for a failure that leaves the former table standing anyway. A Python model returns a relation of its session: dbt
writes anything else through another connection, which does not see this transaction.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {{ drop_former() }}
    {% call statement('main', language=model.language) %}{{ create_table_as(False, target, compiled_code, model.language) }}{% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Whatever stood in the model's place goes, in the transaction that brings the new. #}
{% macro drop_former() %}
    {%- set former = load_cached_relation(this) -%}
    {% if former is not none %}
        {% call statement('former') %}drop {{ former.type }} {{ former }}{% endcall %}
    {% endif %}
{% endmacro %}
