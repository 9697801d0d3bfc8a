-- How many messages in 30 days are many: the upper quantile over everybody who got any, learned on the first of each month.
with sends as (
    select * from {{ ref('stg_campaign_contacts') }}
    where channel in ('email', 'newsletter', 'sms')
),

members as (
    select * from {{ ref('int_identity__member') }}
),

spells as (
    select * from {{ ref('int_cause__spell') }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

fatigue as (
    select * from {{ rule_in_force('rule_cause') }}
    where signal_code = 'fatigue'
),

effective_months as (
    select distinct {{ month_start('last_active_on') }} as effective_on
    from spells
),

loads as (
    select
        effective_months.effective_on,
        members.person_id,
        count(*) as send_count
    from effective_months
    cross join fatigue
    inner join sends
        on cast(sends.sent_at as date) < effective_months.effective_on
        and cast(sends.sent_at as date) >= {{ add_days('effective_months.effective_on', '-fatigue.limit_days') }}
        and sends.known_at < cast(effective_months.effective_on as timestamp)
    inner join members on sends.party_key = members.party_key
    group by effective_months.effective_on, members.person_id
),

ranked as (
    select
        *,
        cume_dist() over (partition by effective_on order by send_count) as share_ratio
    from loads
),

learned as (
    select
        ranked.effective_on,
        count(*) as n_count,
        min(case when {{ round9('ranked.share_ratio') }} >= model.load_quantile_ratio then ranked.send_count end) as quantile_count
    from ranked
    cross join model
    group by ranked.effective_on
),

final as (
    select
        effective_months.effective_on,
        coalesce(learned.n_count, 0) as n_count,
        cast(case
            when learned.n_count >= model.load_min_n_count then learned.quantile_count
            else model.load_default_count
        end as double) as load_count,
        coalesce(learned.n_count >= model.load_min_n_count, false) as is_learned
    from effective_months
    cross join model
    left join learned on effective_months.effective_on = learned.effective_on
)

select * from final
