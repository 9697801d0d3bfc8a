{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- All subscriptions of a person together on every day on which one of them changed, half-open [from_on, to_on).
with subscriptions as (
    select * from {{ concerned(ref('int_dormancy__subscription')) }}
),

change_days as (
    select
        person_id,
        from_on,
        max(case when is_clock_restart then 1 else 0 end) as restarted,
        max(case when is_resumption then 1 else 0 end) as resumed,
        max(case when is_churn_day then 1 else 0 end) as churned
    from subscriptions
    group by person_id, from_on
),

together as (
    select
        change_days.person_id,
        change_days.from_on,
        max(change_days.restarted) as restarted,
        max(change_days.resumed) as resumed,
        max(change_days.churned) as churned,
        sum(case when subscriptions.status = 'active' then 1 else 0 end) as active_count,
        max(subscriptions.delivered_on) as delivered_on,
        max(subscriptions.paused_to_on) as paused_to_on,
        max(subscriptions.blocks_until_on) as blocks_until_on,
        max(subscriptions.lapses_on) as lapses_on,
        min(case when subscriptions.lapses_on is null then 0 else 1 end) as has_lapsed
    from change_days
    inner join subscriptions
        on change_days.person_id = subscriptions.person_id
        and subscriptions.from_on <= change_days.from_on
        and (subscriptions.to_on is null or change_days.from_on < subscriptions.to_on)
    group by change_days.person_id, change_days.from_on
),

final as (
    select
        person_id,
        from_on,
        lead(from_on) over (partition by person_id order by from_on) as to_on,
        cast(active_count as integer) as active_count,
        delivered_on,
        paused_to_on,
        blocks_until_on,
        -- somebody lapses with the last of all subscriptions
        case when has_lapsed = 1 then lapses_on end as lapses_on,
        max(case when restarted = 1 then from_on end) over (
            partition by person_id order by from_on rows between unbounded preceding and current row
        ) as restarted_on,
        resumed = 1 as is_resumption,
        churned = 1 and active_count = 0 as is_churn_day
    from together
)

select * from final
