-- What the list history says, then today's places; hold-outs stand in no list.
with history as (
    select * from {{ ref('int_experiment__history') }}
),

list_rows as (
    select * from {{ ref('int_allocation__list_row') }}
),

campaigns as (
    select * from {{ ref('int_experiment__campaign') }}
),

before_today as (
    select
        campaign_id,
        person_id,
        cluster_id,
        cell,
        stratum,
        tier_code,
        channel,
        list_id,
        list_row_id,
        frozen_on,
        anchor_on,
        window_end_on,
        approved_by
    from history
),

assigned_today as (
    select
        list_rows.campaign_id,
        list_rows.person_id,
        list_rows.cluster_id,
        list_rows.cell,
        list_rows.stratum,
        list_rows.tier_code,
        list_rows.channel,
        list_rows.list_id,
        list_rows.list_row_id,
        {{ as_of() }} as frozen_on,
        list_rows.anchor_on,
        {{ add_days('list_rows.anchor_on', 'campaigns.window_days') }} as window_end_on,
        campaigns.approved_by
    from list_rows
    cross join campaigns
),

final as (
    select * from before_today
    union all
    select * from assigned_today
)

select * from final
