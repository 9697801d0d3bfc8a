-- One list per channel and day, also when it is empty.
with channels as (
    select * from {{ rule_in_force('rule_channel_capacity') }}
),

formats as (
    select * from {{ rule_in_force('rule_list_format') }}
),

campaigns as (
    select * from {{ ref('int_experiment__campaign') }}
),

decisions as (
    select * from {{ ref('int_allocation__decision') }}
),

counted as (
    select channel, count(*) as row_count
    from decisions
    where outcome = channel
    group by channel
),

final as (
    select
        campaigns.campaign_id || '_' || channels.channel || '_' || {{ compact_date(as_of()) }} as list_id,
        campaigns.campaign_id,
        channels.channel,
        {{ as_of() }} as anchor_on,
        {{ day_at(as_of(), 'formats.freeze_time') }} as frozen_at,
        {{ add_days(as_of(), 'formats.valid_days') }} as valid_until_on,
        {{ add_days(as_of(), 'campaigns.window_days') }} as window_end_on,
        coalesce(counted.row_count, 0) as row_count,
        channels.daily_capacity_count,
        formats.attempt_cap,
        formats.enclosure_code,
        campaigns.approved_by
    from channels
    inner join formats on formats.channel = channels.channel
    cross join campaigns
    left join counted on counted.channel = channels.channel
)

select * from final
