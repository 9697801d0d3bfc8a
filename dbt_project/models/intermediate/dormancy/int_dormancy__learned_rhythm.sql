-- What each category's customers taught us by the 1st of every month: the median gap between purchase days, and the days by which
-- most of those who bought twice had done so. Only facts that happened and were known before that day count.
with order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

other_businesses as (
    select person_id
    from {{ ref('int_identity__party') }}
    where business_type <> 'b2c'
),

rules as (
    select * from {{ ref('int_dormancy__rule') }}
),

-- a gap belongs to the category of the purchase that began it; it is learned in the month after its end was known
gaps as (
    select
        order_days.category_l1,
        order_days.occasion_no,
        order_days.ordered_on,
        {{ days_between('order_days.ordered_on', 'order_days.next_on') }} as gap_days,
        {{ month_number('greatest(order_days.next_on, cast(order_days.next_known_at as date), cast(order_days.first_known_at as date))') }}
            as known_month_no
    from order_days
    left join other_businesses on order_days.person_id = other_businesses.person_id
    where order_days.next_on is not null and other_businesses.person_id is null
),

-- the way from the first to the second purchase counts once the first is old enough for everybody's answer to be in
counted as (
    select
        gaps.category_l1,
        gaps.gap_days,
        gaps.known_month_no,
        case
            when gaps.occasion_no = 1
                then {{ month_number(add_days(add_days('gaps.ordered_on', 'rules.d4_learned_mature_days'), -1)) }}
        end as mature_month_no,
        count(*) as gap_count
    from gaps
    cross join rules
    group by 1, 2, 3, 4
),

lessons as (
    select 'gap' as lesson, category_l1, gap_days, known_month_no, gap_count
    from counted
    union all
    select 'f2' as lesson, category_l1, gap_days, greatest(known_month_no, mature_month_no) as known_month_no, gap_count
    from counted
    where mature_month_no is not null
),

months as (
    select distinct {{ month_start('calendar_on') }} as effective_on
    from {{ date_series(
        "(select coalesce(min(ordered_on), " ~ as_of() ~ ") from " ~ ref('int_activity__order_day') ~ ")", as_of()
    ) }}
),

known as (
    select
        months.effective_on,
        lessons.lesson,
        lessons.category_l1,
        lessons.gap_days,
        sum(lessons.gap_count) as gap_count
    from months
    inner join lessons on lessons.known_month_no < {{ month_number('months.effective_on') }}
    group by months.effective_on, lessons.lesson, lessons.category_l1, lessons.gap_days
),

ranked as (
    select
        *,
        sum(gap_count) over (
            partition by effective_on, lesson, category_l1 order by gap_days rows between unbounded preceding and current row
        ) as last_place,
        sum(gap_count) over (partition by effective_on, lesson, category_l1) as total_count
    from known
),

final as (
    select
        ranked.category_l1,
        ranked.effective_on,
        max(case when ranked.lesson = 'gap' then ranked.total_count end) as gap_count,
        {{ midpoint(
            "min(case when ranked.lesson = 'gap' and ranked.last_place + ranked.last_place >= ranked.total_count then ranked.gap_days end)",
            "min(case when ranked.lesson = 'gap' and ranked.last_place + ranked.last_place > ranked.total_count then ranked.gap_days end)"
        ) }} as median_gap_days,
        max(case when ranked.lesson = 'f2' then ranked.total_count end) as f2_count,
        min(case
            when ranked.lesson = 'f2' and ranked.last_place >= ranked.total_count * rules.d4_learned_share_ratio
                then ranked.gap_days
        end) as f2_days
    from ranked
    cross join rules
    group by ranked.category_l1, ranked.effective_on
)

select * from final
