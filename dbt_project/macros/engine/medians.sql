{#
Running medians. Their frames end by reaching back as many rows as a hundred years have days, more than a party has: where a frame
is bounded DuckDB moves one sorted list along, else it builds a tree of the whole partition, for three times the time.
#}

{% macro _farthest_row() -%}
    36525
{%- endmacro %}

{# Window: median of everything up to the current row, a double. #}
{% macro running_median(expression, partition_by, order_by) -%}
    {{ return(adapter.dispatch('median_up_to', 'okoshi')(expression, 'current row', partition_by, order_by)) }}
{%- endmacro %}

{# Window: the median of all rows before the last `skipped` ones, the current row among these; a double. #}
{% macro median_before(expression, skipped, partition_by, order_by) -%}
    {{ return(adapter.dispatch('median_up_to', 'okoshi')(expression, skipped ~ ' preceding', partition_by, order_by)) }}
{%- endmacro %}

{% macro default__median_up_to(expression, last_row, partition_by, order_by) -%}
    median(cast({{ expression }} as double)) over (
        partition by {{ partition_by }} order by {{ order_by }} rows between {{ _farthest_row() }} preceding and {{ last_row }}
    )
{%- endmacro %}

{% macro spark__median_up_to(expression, last_row, partition_by, order_by) -%}
    {%- set items -%}
        array_sort(collect_list(cast({{ expression }} as double)) over (
            partition by {{ partition_by }} order by {{ order_by }} rows between {{ _farthest_row() }} preceding and {{ last_row }}
        ))
    {%- endset -%}
    case
        when size({{ items }}) > 0 then (
            element_at({{ items }}, cast(floor((size({{ items }}) + 1) / 2) as int))
            + element_at({{ items }}, cast(ceil((size({{ items }}) + 1) / 2) as int))
        ) / 2.0
    end
{%- endmacro %}
