-- The lists that were delivered before as_of, counted from their rows; their format is the one in force today.
with history as (
    select * from {{ ref('int_experiment__history') }}
    where list_id is not null
),

formats as (
    select * from {{ rule_in_force('rule_list_format') }}
),

counted as (
    select
        list_id,
        campaign_id,
        channel,
        frozen_on,
        anchor_on,
        window_end_on,
        min(list_sha256) as list_sha256,
        min(approved_by) as approved_by,
        count(*) as row_count
    from history
    group by list_id, campaign_id, channel, frozen_on, anchor_on, window_end_on
),

final as (
    select
        counted.list_id,
        counted.campaign_id,
        counted.channel,
        counted.frozen_on,
        counted.anchor_on,
        {{ day_at('counted.frozen_on', 'formats.freeze_time') }} as frozen_at,
        {{ add_days('counted.frozen_on', 'formats.valid_days') }} as valid_until_on,
        counted.window_end_on,
        counted.row_count,
        counted.list_sha256,
        counted.approved_by
    from counted
    left join formats on formats.channel = counted.channel
)

select * from final
