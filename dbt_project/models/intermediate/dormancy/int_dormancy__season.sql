{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- Purchase days after which a party counts as a seasonal buyer: most of its purchase days so far lie in one short window of the
-- year, over several years. season_over_on is the day after the next such window.
with order_days as (
    select * from {{ concerned(ref('int_dormancy__purchase_day')) }}
),

months as (
    select month_no from {{ ref('months') }}
),

rules as (
    select * from {{ ref('int_dormancy__rule') }}
),

-- a season of enough years cannot be seen before that many years less one window have passed: by then a share of all purchase
-- days so far must already lie in it
first_days as (
    select
        person_id,
        min(ordered_on) as first_order_on
    from order_days
    group by person_id
),

late_days as (
    select
        order_days.person_id,
        min(order_days.occasion_no) as first_late_no
    from order_days
    inner join first_days on order_days.person_id = first_days.person_id
    cross join rules
    where
        order_days.occasion_no >= rules.seasonal_min_order_day_count
        and order_days.ordered_on >= {{ add_months(
            'first_days.first_order_on',
            months_of_years('rules.seasonal_min_year_span_count') ~ ' - rules.seasonal_max_window_months'
        ) }}
    group by order_days.person_id
),

windows as (
    select
        months.month_no as window_month_no,
        lengths.month_no as window_month_count
    from months
    cross join months as lengths
    cross join rules
    where lengths.month_no <= rules.seasonal_max_window_months
),

-- who never has enough purchase days in any window, whatever the prefix, is left out before the fine work: first by the best month
by_month as (
    select
        order_days.person_id,
        month(order_days.ordered_on) as month_no,
        count(*) as day_count
    from order_days
    inner join late_days on order_days.person_id = late_days.person_id
    group by order_days.person_id, month(order_days.ordered_on)
),

promising as (
    select
        by_month.person_id
    from by_month
    inner join late_days on by_month.person_id = late_days.person_id
    cross join rules
    group by by_month.person_id
    having
        max(by_month.day_count * rules.seasonal_max_window_months)
        >= max(greatest(rules.seasonal_min_order_day_count, rules.seasonal_min_share_ratio * late_days.first_late_no))
),

in_windows as (
    select
        by_month.person_id,
        windows.window_month_no,
        windows.window_month_count,
        sum(by_month.day_count) as day_count
    from by_month
    inner join promising on by_month.person_id = promising.person_id
    inner join windows
        on {{ months_forward('windows.window_month_no', 'by_month.month_no') }} < windows.window_month_count
    group by by_month.person_id, windows.window_month_no, windows.window_month_count
),

candidates as (
    select
        in_windows.person_id,
        in_windows.window_month_no,
        in_windows.window_month_count
    from in_windows
    inner join late_days on in_windows.person_id = late_days.person_id
    cross join rules
    where
        in_windows.day_count >= rules.seasonal_min_order_day_count
        and in_windows.day_count >= rules.seasonal_min_share_ratio * late_days.first_late_no
),

-- a window's year is that of its first month
placed as (
    select
        candidates.*,
        order_days.ordered_on,
        order_days.next_on,
        order_days.occasion_no,
        case
            when
                {{ months_forward('candidates.window_month_no', 'month(order_days.ordered_on)') }} < candidates.window_month_count
                then year(order_days.ordered_on)
                    - case when month(order_days.ordered_on) < candidates.window_month_no then 1 else 0 end
        end as window_year
    from candidates
    inner join order_days on candidates.person_id = order_days.person_id
),

counted as (
    select
        *,
        count(window_year) over by_day as window_day_count,
        min(window_year) over by_day as first_window_year,
        max(window_year) over by_day as last_window_year,
        case
            when window_year is null then 0
            when window_year = max(window_year) over (
                partition by person_id, window_month_no, window_month_count
                order by ordered_on rows between unbounded preceding and 1 preceding
            ) then 0
            else 1
        end as is_new_year
    from placed
    window by_day as (
        partition by person_id, window_month_no, window_month_count
        order by ordered_on rows between unbounded preceding and current row
    )
),

years as (
    select
        *,
        sum(is_new_year) over (
            partition by person_id, window_month_no, window_month_count
            order by ordered_on rows between unbounded preceding and current row
        ) as year_count,
        {{ round9(ratio('window_day_count', 'occasion_no')) }} as window_share
    from counted
),

seasonal as (
    select years.*
    from years
    cross join rules
    where
        years.window_day_count >= rules.seasonal_min_order_day_count
        and years.window_share >= rules.seasonal_min_share_ratio
        and years.year_count >= rules.seasonal_min_year_count
        and years.last_window_year - years.first_window_year >= rules.seasonal_min_year_span_count
),

-- the shortest window wins, then the larger share, then the earlier first month
best as (
    select * from seasonal
    qualify row_number() over (
        partition by person_id, ordered_on order by window_month_count, window_share desc, window_month_no
    ) = 1
),

next_seasons as (
    select
        *,
        case
            when {{ month_of_year('ordered_on', 'window_month_no') }} > ordered_on
                then {{ month_of_year('ordered_on', 'window_month_no') }}
            else {{ add_months(month_of_year('ordered_on', 'window_month_no'), '12') }}
        end as season_from_on
    from best
),

final as (
    select
        person_id,
        ordered_on,
        cast(window_month_no as integer) as window_month_no,
        cast(window_month_count as integer) as window_month_count,
        season_from_on,
        {{ add_months('season_from_on', 'window_month_count') }} as season_over_on
    from next_seasons
)

select * from final
