{# Windows and folds that engines write differently. #}

{# Window: how many rows of the partition lie within `reach` below the current value of an integer (both ends included). #}
{% macro count_within(order_by, reach, partition_by) -%}
    {{ return(adapter.dispatch('count_within', 'okoshi')(order_by, reach, partition_by)) }}
{%- endmacro %}

{% macro default__count_within(order_by, reach, partition_by) -%}
    count(*) over (
        partition by {{ partition_by }} order by {{ order_by }} range between ({{ reach }}) preceding and current row
    )
{%- endmacro %}

{% macro spark__count_within(order_by, reach, partition_by) -%}
    size(filter(
        collect_list({{ order_by }}) over (
            partition by {{ partition_by }} order by {{ order_by }} rows between unbounded preceding and current row
        ), item -> item >= {{ order_by }} - ({{ reach }})
    ))
{%- endmacro %}

{#
Aggregate: run one party's steps in order and return the state after each of them, one letter a step. The first step is the first
state itself; every other step names the next state for each present one, at the place that the present one has in `states`.
#}
{% macro run_states(step, order_by, states) -%}
    {{ return(adapter.dispatch('run_states', 'okoshi')(step, order_by, states)) }}
{%- endmacro %}

{% macro default__run_states(step, order_by, states) -%}
    list_reduce(
        list({{ step }} order by {{ order_by }}),
        lambda path, next_step: path || substr(next_step, instr('{{ states }}', right(path, 1)), 1)
    )
{%- endmacro %}

{% macro spark__run_states(step, order_by, states) -%}
    aggregate(
        array_sort(collect_list(struct({{ order_by }} as ordinal, {{ step }} as step))),
        '',
        (path, item) -> case
            when path = '' then item.step
            else concat(path, substr(item.step, locate(right(path, 1), '{{ states }}'), 1))
        end
    )
{%- endmacro %}

{# Letter no. `position` (from 1) of a path that run_states returned. #}
{% macro state_at(path, position) -%}
    substr({{ path }}, cast({{ position }} as integer), 1)
{%- endmacro %}

{# Window: the last value up to here that is not NULL; rows of one place in the order see one another. #}
{% macro last_known(expression, partition_by, order_by) -%}
    {{ return(adapter.dispatch('last_known', 'okoshi')(expression, partition_by, order_by)) }}
{%- endmacro %}

{% macro default__last_known(expression, partition_by, order_by) -%}
    last_value({{ expression }} ignore nulls) over (
        partition by {{ partition_by }} order by {{ order_by }} range between unbounded preceding and current row
    )
{%- endmacro %}

{% macro spark__last_known(expression, partition_by, order_by) -%}
    last_value({{ expression }}, true) over (
        partition by {{ partition_by }} order by {{ order_by }} range between unbounded preceding and current row
    )
{%- endmacro %}
