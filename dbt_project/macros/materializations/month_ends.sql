{#
Materialisation `month_ends`: a table with a column as_of that keeps the run's own day and the ends of months. Every other day
and the run's own make way for the new rows; columns that the model has and the table does not are added, empty for days before.
All in one transaction, and the columns first: DuckDB does not alter a table after rows of it were deleted.
#}
{% materialization month_ends, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% if load_cached_relation(this) is none %}
        {% call statement('main') %}{{ create_table_as(False, target, compiled_code) }}{% endcall %}
    {% else %}
        {%- set fresh = make_temp_relation(target) -%}
        {% call statement('fresh') %}{{ create_table_as(True, fresh, compiled_code) }}{% endcall %}
        {% for column in adapter.get_missing_columns(fresh, target) %}
            {% call statement('column') %}alter table {{ target }} add column {{ column.quoted }} {{ column.data_type }}{% endcall %}
        {% endfor %}
        {% call statement('main') %}
            delete from {{ target }} where as_of = {{ as_of() }} or as_of <> {{ month_end('as_of') }};
            insert into {{ target }} by name select * from {{ fresh }};
        {% endcall %}
        {% call statement('cleanup') %}drop table {{ fresh }}{% endcall %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
