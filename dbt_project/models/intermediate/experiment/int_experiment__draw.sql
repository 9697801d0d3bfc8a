-- Treat or hold-out, drawn by cluster after suppression and before the channel: md5(cluster || salt) mod 100 < share.
-- An open assignment of anybody in the cluster wins over the draw, the earliest first.
with scores as (
    select * from {{ ref('int_priority__score') }}
    where is_rankable
),

tiers as (
    select * from {{ ref('int_priority__tier') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

campaigns as (
    select * from {{ ref('int_experiment__campaign') }}
),

open_assignments as (
    select * from {{ ref('int_experiment__history') }}
    where is_open
),

cluster_cell as (
    select cluster_id, cell
    from open_assignments
    qualify row_number() over (partition by cluster_id order by anchor_on, campaign_id, person_id) = 1
),

buckets as (
    select
        scores.person_id,
        campaigns.campaign_id,
        parties.cluster_id,
        {{ md5_percent("parties.cluster_id || campaigns.salt") }} as bucket_no,
        campaigns.holdout_percent,
        tiers.tier_code || '|' || scores.cause_axis || '|' || scores.permitted_channels as stratum
    from scores
    inner join parties on parties.person_id = scores.person_id
    inner join tiers on tiers.person_id = scores.person_id
    cross join campaigns
),

final as (
    select
        buckets.person_id,
        buckets.campaign_id,
        buckets.cluster_id,
        buckets.bucket_no,
        cluster_cell.cell is not null as is_inherited,
        coalesce(
            cluster_cell.cell, case when buckets.bucket_no < buckets.holdout_percent then 'holdout' else 'treat' end
        ) as cell,
        buckets.stratum
    from buckets
    left join cluster_cell on cluster_cell.cluster_id = buckets.cluster_id
)

select * from final
