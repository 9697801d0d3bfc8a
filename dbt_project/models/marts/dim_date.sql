-- The calendar: Japanese holidays, ISO weeks, fiscal years that start in April (FY2024 is 2024-04-01 to 2025-03-31).
with holidays as (
    select * from {{ ref('holidays') }}
),

months as (
    select * from {{ ref('months') }}
),

-- holidays are known for whole years
calendar as (
    select calendar_on
    from {{ date_series(
        '(select ' ~ year_start('min(holiday_on)') ~ ' from holidays)',
        '(select ' ~ year_end('max(holiday_on)') ~ ' from holidays)'
    ) }}
),

final as (
    select
        calendar.calendar_on,
        cast(year(calendar.calendar_on) as integer) as year_no,
        cast(month(calendar.calendar_on) as integer) as month_no,
        cast(day(calendar.calendar_on) as integer) as day_no,
        {{ iso_weekday('calendar.calendar_on') }} as weekday_no,
        {{ year_month('calendar.calendar_on') }} as year_month,
        {{ month_start('calendar.calendar_on') }} as month_start_on,
        {{ month_end('calendar.calendar_on') }} as month_end_on,
        {{ week_start('calendar.calendar_on') }} as week_start_on,
        cast(year(calendar.calendar_on) + months.fiscal_year_offset_count as integer) as fiscal_year,
        months.fiscal_quarter_no,
        months.fiscal_half_no,
        holidays.holiday_on is not null as is_holiday,
        holidays.holiday_ja,
        {{ weekday_name('calendar.calendar_on') }} in ('Saturday', 'Sunday') as is_weekend,
        holidays.holiday_on is null
        and {{ weekday_name('calendar.calendar_on') }} not in ('Saturday', 'Sunday') as is_business_day
    from calendar
    inner join months on month(calendar.calendar_on) = months.month_no
    left join holidays on calendar.calendar_on = holidays.holiday_on
)

select * from final
