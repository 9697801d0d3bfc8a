{#
The few rows of a large table that meet a condition on a few of its columns, as a subquery. DuckDB looks through those columns alone
and reads the others only where such rows lie (by rowid); an engine without row numbers says where.
#}
{% macro rows_where(relation, condition) -%}
    (select * from {{ relation }} where rowid in (select rowid from {{ relation }} where {{ condition }}))
{%- endmacro %}
