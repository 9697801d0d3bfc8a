-- High is as many as the operators can really call within the window, medium as many as personal mail can serve, low the rest.
-- Inside a tier the freshest come first.
with scores as (
    select * from {{ ref('int_priority__score') }}
    where is_rankable
),

tiers as (
    select * from {{ rule_in_force('rule_tier') }}
),

channels as (
    select * from {{ rule_in_force('rule_channel_capacity') }}
),

tier_capacity as (
    select
        tiers.tier_code,
        tiers.tier_no,
        channels.daily_capacity_count * tiers.capacity_days as capacity_count
    from tiers
    left join channels on channels.channel = tiers.capacity_channel
),

bounds as (
    select
        tier_code,
        tier_no,
        coalesce(
            sum(capacity_count) over (order by tier_no rows between unbounded preceding and 1 preceding), 0
        ) as after_rank,
        case
            when capacity_count is not null
                then sum(capacity_count) over (order by tier_no rows between unbounded preceding and current row)
        end as last_rank
    from tier_capacity
),

ranked as (
    select
        *,
        row_number() over (order by priority_score desc, person_id) as priority_rank
    from scores
),

tiered as (
    select
        ranked.person_id,
        ranked.priority_score,
        ranked.dormant_on,
        ranked.priority_rank,
        bounds.tier_code,
        bounds.tier_no
    from ranked
    inner join bounds
        on ranked.priority_rank > bounds.after_rank
        and (bounds.last_rank is null or ranked.priority_rank <= bounds.last_rank)
),

final as (
    select
        person_id,
        tier_code,
        tier_no,
        priority_rank,
        row_number() over (order by tier_no, dormant_on desc, priority_score desc, person_id) as rank_no
    from tiered
)

select * from final
