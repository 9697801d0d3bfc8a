{# Numbers: one precision for money, one for ranks, so that engines agree to the last digit. #}

{% macro money(expression) -%}
    cast({{ expression }} as decimal(18, 2))
{%- endmacro %}

{# Doubles are rounded to 9 digits before they rank anything. #}
{% macro round9(expression) -%}
    round(cast({{ expression }} as double), 9)
{%- endmacro %}

{# Noise below 6 digits does not count. #}
{% macro round6(expression) -%}
    round(cast({{ expression }} as double), 6)
{%- endmacro %}

{# NULL where the denominator is 0. #}
{% macro ratio(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0))
{%- endmacro %}

{# Amount × factor, rounded to money; wide enough not to overflow on any engine. #}
{% macro money_times(amount, factor) -%}
    {{ return(adapter.dispatch('money_times', 'okoshi')(amount, factor)) }}
{%- endmacro %}

{# DuckDB divides 128-bit decimals thirty times as slowly as 64-bit ones, which hold nearly every amount: the digits are the same. #}
{% macro default__money_times(amount, factor) -%}
    case
        when {{ amount }} between -9999999 and 9999999 and {{ factor }} between -999 and 999
            then cast(cast({{ amount }} as decimal(9, 2)) * cast({{ factor }} as decimal(9, 6)) as decimal(18, 2))
        else {{ spark__money_times(amount, factor) }}
    end
{%- endmacro %}

{% macro spark__money_times(amount, factor) -%}
    cast(cast({{ amount }} as decimal(20, 2)) * cast({{ factor }} as decimal(12, 6)) as decimal(18, 2))
{%- endmacro %}

{# Half way between two numbers: the median of an even count from its two middle values. #}
{% macro midpoint(low, high) -%}
    (cast({{ low }} + {{ high }} as double) / 2)
{%- endmacro %}

{# Subquery with one row per whole number, column number_no, both ends included. #}
{% macro number_series(first_no, last_no) -%}
    {{ return(adapter.dispatch('number_series', 'okoshi')(first_no, last_no)) }}
{%- endmacro %}

{% macro default__number_series(first_no, last_no) -%}
    (select cast(unnest(generate_series({{ first_no }}, {{ last_no }})) as integer) as number_no)
{%- endmacro %}

{% macro spark__number_series(first_no, last_no) -%}
    (select explode(case when {{ first_no }} <= {{ last_no }} then sequence({{ first_no }}, {{ last_no }}) end) as number_no)
{%- endmacro %}

{# Aggregate: how many different whole numbers from 0 to 62, one bit each; all others and NULL count for nothing. #}
{% macro count_small_numbers(expression) -%}
    {{ return(adapter.dispatch('count_small_numbers', 'okoshi')(expression)) }}
{%- endmacro %}

{% macro default__count_small_numbers(expression) -%}
    coalesce(bit_count(bit_or(
        case when {{ expression }} between 0 and 62 then cast(1 as bigint) << cast({{ expression }} as integer) end
    )), 0)
{%- endmacro %}

{% macro spark__count_small_numbers(expression) -%}
    coalesce(bit_count(bit_or(
        case when {{ expression }} between 0 and 62 then shiftleft(cast(1 as bigint), cast({{ expression }} as integer)) end
    )), 0)
{%- endmacro %}
