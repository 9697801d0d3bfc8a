{#
Intervals for rates (Wilson 1927; Newcombe 1998, method 10, for the difference of two independent rates).
z is a column or number from a rule row (1.959964 for 95 %). All results are shares, not percent; NULL where n = 0.
#}

{% macro square(expression) -%}
    (({{ expression }}) * ({{ expression }}))
{%- endmacro %}

{% macro _wilson(successes, trials, z, sign) -%}
    {%- set p = ratio(successes, trials) -%}
    {%- set n = "nullif(cast(" ~ trials ~ " as double), 0)" -%}
    (
        ({{ p }} + {{ square(z) }} / ({{ n }} + {{ n }})
        {{ sign }} {{ z }} * sqrt({{ p }} * (1 - {{ p }}) / {{ n }} + {{ square(z) }} / {{ square(n ~ " + " ~ n) }}))
        / (1 + {{ square(z) }} / {{ n }})
    )
{%- endmacro %}

{% macro wilson_low(successes, trials, z) -%}
    case when {{ trials }} > 0 then greatest({{ _wilson(successes, trials, z, '-') }}, 0) end
{%- endmacro %}

{% macro wilson_high(successes, trials, z) -%}
    case when {{ trials }} > 0 then least({{ _wilson(successes, trials, z, '+') }}, 1) end
{%- endmacro %}

{# Bounds of p1 - p0. #}
{% macro newcombe_low(successes1, trials1, successes0, trials0, z) -%}
    (
        {{ ratio(successes1, trials1) }} - {{ ratio(successes0, trials0) }}
        - sqrt(
            {{ square(ratio(successes1, trials1) ~ " - " ~ wilson_low(successes1, trials1, z)) }}
            + {{ square(wilson_high(successes0, trials0, z) ~ " - " ~ ratio(successes0, trials0)) }}
        )
    )
{%- endmacro %}

{% macro newcombe_high(successes1, trials1, successes0, trials0, z) -%}
    (
        {{ ratio(successes1, trials1) }} - {{ ratio(successes0, trials0) }}
        + sqrt(
            {{ square(wilson_high(successes1, trials1, z) ~ " - " ~ ratio(successes1, trials1)) }}
            + {{ square(ratio(successes0, trials0) ~ " - " ~ wilson_low(successes0, trials0, z)) }}
        )
    )
{%- endmacro %}
