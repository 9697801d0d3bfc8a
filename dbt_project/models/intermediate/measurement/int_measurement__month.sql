-- The months that reports look back on, with the last day that is known of each.
with spells as (
    select min(valid_from) as first_on
    from {{ ref('int_dormancy__state_spell') }}
),

lookback as (
    select max(history_months) as history_months
    from {{ rule_in_force('rule_kpi') }}
),

-- the month of as_of counts as one of them
bounds as (
    select
        greatest(
            coalesce({{ month_start('spells.first_on') }}, {{ month_start(as_of()) }}),
            {{ add_months(month_start(as_of()), '1 - lookback.history_months') }}
        ) as first_month_on
    from spells
    cross join lookback
),

-- every first of a month up to as_of, without more days than the longest lookback has
days as (
    select calendar_on
    from {{ date_series("(select first_month_on from bounds)", as_of()) }}
),

final as (
    select
        calendar_on as month_on,
        least({{ month_end('calendar_on') }}, {{ as_of() }}) as last_on,
        {{ month_end('calendar_on') }} <= {{ as_of() }} as is_complete
    from days
    where calendar_on = {{ month_start('calendar_on') }}
)

select * from final
