{# Text and hashes. Parts of a hash are cast to text and joined by '|'; NULL counts as empty. #}

{% macro joined_text(parts) -%}
    {%- for part in parts -%}
        coalesce(cast({{ part }} as string), ''){% if not loop.last %} || '|' || {% endif %}
    {%- endfor -%}
{%- endmacro %}

{# 16 hex digits of md5 over the parts: short, stable, the same on every engine. #}
{% macro hash16(parts) -%}
    substr(md5({{ joined_text(parts) }}), 1, 16)
{%- endmacro %}

{# The first 8 hex digits of md5(expression) as an integer 0 .. 4294967295. #}
{% macro md5_prefix_int(expression) -%}
    {{ return(adapter.dispatch('md5_prefix_int', 'okoshi')(expression)) }}
{%- endmacro %}

{% macro default__md5_prefix_int(expression) -%}
    cast('0x' || substr(md5({{ expression }}), 1, 8) as bigint)
{%- endmacro %}

{% macro spark__md5_prefix_int(expression) -%}
    cast(conv(substr(md5({{ expression }}), 1, 8), 16, 10) as bigint)
{%- endmacro %}

{# Aggregate: distinct values in order, comma-separated text; NULL where there is none. #}
{% macro sorted_list(expression) -%}
    {{ return(adapter.dispatch('sorted_list', 'okoshi')(expression)) }}
{%- endmacro %}

{% macro default__sorted_list(expression) -%}
    string_agg(distinct cast({{ expression }} as string), ',' order by cast({{ expression }} as string))
{%- endmacro %}

{% macro spark__sorted_list(expression) -%}
    nullif(array_join(array_sort(collect_set(cast({{ expression }} as string))), ','), '')
{%- endmacro %}

{# Aggregate: values in the order of an integer, joined by a separator. #}
{% macro ordered_list(expression, order_by, separator=',') -%}
    {{ return(adapter.dispatch('ordered_list', 'okoshi')(expression, order_by, separator)) }}
{%- endmacro %}

{% macro default__ordered_list(expression, order_by, separator) -%}
    string_agg(cast({{ expression }} as string), '{{ separator }}' order by {{ order_by }}, {{ expression }})
{%- endmacro %}

{% macro spark__ordered_list(expression, order_by, separator) -%}
    nullif(array_join(transform(
        array_sort(collect_list(struct({{ order_by }} as ordinal, cast({{ expression }} as string) as item))), pair -> pair.item
    ), '{{ separator }}'), '')
{%- endmacro %}

{# Is a value one of a comma-separated list? Never NULL. #}
{% macro list_contains(list_text, value) -%}
    coalesce(',' || {{ list_text }} || ',' like '%,' || {{ value }} || ',%', false)
{%- endmacro %}

{# The source's own id inside '<source_system>:<id>'. #}
{% macro local_id(global_key, source_system) -%}
    substr({{ global_key }}, length({{ source_system }} || ':') + 1)
{%- endmacro %}

{# Full md5 of a text, to compare values without showing them. #}
{% macro value_hash(expression) -%}
    md5({{ expression }})
{%- endmacro %}

{# Every match of a regular expression taken out. #}
{% macro without_matches(expression, pattern) -%}
    {{ matches_replaced(expression, pattern, "''") }}
{%- endmacro %}

{# How often a word stands in a text, without overlaps. #}
{% macro occurrences(expression, word) -%}
    cast((length({{ expression }}) - length(replace({{ expression }}, {{ word }}, ''))) / length({{ word }}) as integer)
{%- endmacro %}

{# Every match of a regular expression replaced by a text. #}
{% macro matches_replaced(expression, pattern, replacement) -%}
    {{ return(adapter.dispatch('matches_replaced', 'okoshi')(expression, pattern, replacement)) }}
{%- endmacro %}

{% macro default__matches_replaced(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}

{% macro spark__matches_replaced(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ pattern }}, {{ replacement }})
{%- endmacro %}

{# One row per item of a comma-separated list; use it alone in a select list. #}
{% macro list_items(expression) -%}
    {{ return(adapter.dispatch('list_items', 'okoshi')(expression)) }}
{%- endmacro %}

{% macro default__list_items(expression) -%}
    unnest(string_split({{ expression }}, ','))
{%- endmacro %}

{% macro spark__list_items(expression) -%}
    explode(split({{ expression }}, ','))
{%- endmacro %}

{# Does any part of a text match a regular expression? NULL for no text. #}
{% macro matches(expression, pattern) -%}
    {{ return(adapter.dispatch('matches', 'okoshi')(expression, pattern)) }}
{%- endmacro %}

{% macro default__matches(expression, pattern) -%}
    regexp_matches({{ expression }}, {{ pattern }})
{%- endmacro %}

{% macro spark__matches(expression, pattern) -%}
    {{ expression }} rlike {{ pattern }}
{%- endmacro %}
