{# Dates. All arguments are dates unless the name says otherwise. #}

{% macro days_between(from_date, to_date) -%}
    {{ return(adapter.dispatch('days_between', 'okoshi')(from_date, to_date)) }}
{%- endmacro %}

{% macro default__days_between(from_date, to_date) -%}
    cast(datediff('day', {{ from_date }}, {{ to_date }}) as integer)
{%- endmacro %}

{% macro spark__days_between(from_date, to_date) -%}
    cast(datediff({{ to_date }}, {{ from_date }}) as integer)
{%- endmacro %}

{% macro add_days(start_date, days) -%}
    {{ return(adapter.dispatch('add_days', 'okoshi')(start_date, days)) }}
{%- endmacro %}

{% macro default__add_days(start_date, days) -%}
    ({{ start_date }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro spark__add_days(start_date, days) -%}
    date_add({{ start_date }}, cast({{ days }} as integer))
{%- endmacro %}

{# Month arithmetic clamps to the last day: 2024-03-31 minus one month is 2024-02-29. #}
{% macro add_months(start_date, months) -%}
    {{ return(adapter.dispatch('add_months', 'okoshi')(start_date, months)) }}
{%- endmacro %}

{% macro default__add_months(start_date, months) -%}
    cast({{ start_date }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro spark__add_months(start_date, months) -%}
    add_months({{ start_date }}, cast({{ months }} as integer))
{%- endmacro %}

{# A timestamp at 'HH:MM:SS' text of a day. #}
{% macro day_at(day, time_text) -%}
    cast(cast({{ day }} as string) || ' ' || {{ time_text }} as timestamp)
{%- endmacro %}

{% macro month_start(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{% macro year_start(day) -%}
    cast(date_trunc('year', {{ day }}) as date)
{%- endmacro %}

{% macro year_end(day) -%}
    cast(cast(year({{ day }}) as string) || '-12-31' as date)
{%- endmacro %}

{# ISO weeks start on Monday. #}
{% macro week_start(day) -%}
    cast(date_trunc('week', {{ day }}) as date)
{%- endmacro %}

{% macro month_end(day) -%}
    last_day({{ day }})
{%- endmacro %}

{# 'YYYY-MM' #}
{% macro year_month(day) -%}
    substr(cast({{ day }} as string), 1, 7)
{%- endmacro %}

{# 'YYYYMMDD' #}
{% macro compact_date(day) -%}
    replace(cast({{ day }} as string), '-', '')
{%- endmacro %}

{# Monday is 1, Sunday is 7. #}
{% macro iso_weekday(day) -%}
    {{ return(adapter.dispatch('iso_weekday', 'okoshi')(day)) }}
{%- endmacro %}

{% macro default__iso_weekday(day) -%}
    cast(isodow({{ day }}) as integer)
{%- endmacro %}

{% macro spark__iso_weekday(day) -%}
    (weekday({{ day }}) + 1)
{%- endmacro %}

{# Full years lived on a day; 29 February counts from 1 March in other years. #}
{% macro age_on(birth_date, day) -%}
    cast(
        year({{ day }}) - year({{ birth_date }})
        - case
            when month({{ day }}) < month({{ birth_date }}) then 1
            when month({{ day }}) = month({{ birth_date }}) and day({{ day }}) < day({{ birth_date }}) then 1
            else 0
        end as integer
    )
{%- endmacro %}

{# Subquery with one row per day, column calendar_on, both ends included. #}
{% macro date_series(first_date, last_date) -%}
    {{ return(adapter.dispatch('date_series', 'okoshi')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__date_series(first_date, last_date) -%}
    (select cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date) as calendar_on)
{%- endmacro %}

{% macro spark__date_series(first_date, last_date) -%}
    (select explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day)) as calendar_on)
{%- endmacro %}

{# 'Monday' … 'Sunday' #}
{% macro weekday_name(day) -%}
    {{ return(adapter.dispatch('weekday_name', 'okoshi')(day)) }}
{%- endmacro %}

{% macro default__weekday_name(day) -%}
    dayname({{ day }})
{%- endmacro %}

{% macro spark__weekday_name(day) -%}
    date_format({{ day }}, 'EEEE')
{%- endmacro %}

{# Months counted through the years: neighbouring months differ by 1. #}
{% macro month_number(day) -%}
    cast(year({{ day }}) * 12 + month({{ day }}) as integer)
{%- endmacro %}

{# So many years as months. #}
{% macro months_of_years(years) -%}
    ({{ years }} * 12)
{%- endmacro %}

{# Steps from calendar month a forward to calendar month b (1 .. 12): 0 .. 11. #}
{% macro months_forward(from_month, to_month) -%}
    ((({{ to_month }}) - ({{ from_month }}) + 12) % 12)
{%- endmacro %}

{# The first day of a calendar month (1 .. 12) in the year of a day. #}
{% macro month_of_year(day, month_no) -%}
    {{ add_months(year_start(day), month_no ~ " - 1") }}
{%- endmacro %}

{# 'MM-DD' #}
{% macro month_day(day) -%}
    substr(cast({{ day }} as string), 6, 5)
{%- endmacro %}

{# The day on which `days` (whole or not) have passed: a fraction is reached on the next day; noise below 6 digits does not count. #}
{% macro day_reached(start_date, days) -%}
    {{ add_days(start_date, "ceil(" ~ round6(days) ~ ")") }}
{%- endmacro %}

{# The same day a year later; 29 February becomes the 28th. #}
{% macro a_year_later(day) -%}
    {{ add_months(day, 12) }}
{%- endmacro %}

{# The end of a half-open stretch for comparisons: an open end lies behind every day. A plain comparison keeps a join a hash join. #}
{% macro open_end(day) -%}
    coalesce({{ day }}, cast('9999-12-31' as date))
{%- endmacro %}
