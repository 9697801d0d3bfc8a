{{ config(materialized='month_ends') }}
with decisions as (
    select * from {{ ref('int_allocation__decision') }}
),

policy as (
    select * from {{ ref('int_measurement__policy') }}
),

final as (
    select
        {{ as_of() }} as as_of,
        decisions.person_id,
        decisions.outcome,
        decisions.first_reason,
        decisions.channel,
        decisions.campaign_id,
        decisions.cluster_id,
        decisions.bucket_no,
        decisions.stratum,
        decisions.tier_code,
        decisions.rank_no,
        decisions.sub_state,
        decisions.dormant_on,
        decisions.cause_code,
        decisions.cause_axis,
        decisions.permitted_channels,
        decisions.suppression_code,
        decisions.deferred_until_on,
        decisions.priority_score,
        decisions.value_part,
        decisions.recoverability_part,
        decisions.recency_part,
        decisions.expected_value_amount,
        decisions.is_assigned_today,
        policy.policy_version
    from decisions
    cross join policy
)

select * from final
