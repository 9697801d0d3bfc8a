-- One decision for every dormant party without account, with the first reason that bound.
-- An open assignment is a fact and comes first; then suppression, a promised date, the draw, the value, the capacity.
with scores as (
    select * from {{ ref('int_priority__score') }}
),

eligibility as (
    select * from {{ ref('int_eligibility__current') }}
),

tiers as (
    select * from {{ ref('int_priority__tier') }}
),

draws as (
    select * from {{ ref('int_experiment__draw') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

spells as (
    select * from {{ ref('int_dormancy__current') }}
),

campaigns as (
    select * from {{ ref('int_experiment__campaign') }}
),

allotments as (
    select * from {{ ref('int_allocation__allotment') }}
),

options as (
    select * from {{ ref('int_allocation__option') }}
),

open_assignment as (
    select *
    from {{ ref('int_experiment__history') }}
    where is_open
    qualify row_number() over (partition by person_id order by anchor_on, campaign_id) = 1
),

worth as (
    select
        person_id,
        max(expected_value_amount) as expected_value_amount,
        max(case when is_worth_it then 1 else 0 end) as worth_flag,
        max(case when is_worth_it and is_first_at_point then 1 else 0 end) as option_flag
    from options
    group by person_id
),

joined as (
    select
        scores.*,
        spells.state,
        spells.sub_state,
        eligibility.suppression_code,
        eligibility.deferred_until_on,
        tiers.tier_code,
        tiers.rank_no,
        campaigns.campaign_id,
        parties.cluster_id,
        draws.bucket_no,
        draws.cell as drawn_cell,
        draws.is_inherited,
        draws.stratum,
        open_assignment.cell as history_cell,
        open_assignment.channel as history_channel,
        allotments.channel as allotted_channel,
        allotments.person_id is not null as is_above_cut,
        worth.expected_value_amount,
        worth.worth_flag,
        worth.option_flag
    from scores
    cross join campaigns
    inner join parties on parties.person_id = scores.person_id
    inner join spells on spells.person_id = scores.person_id
    inner join eligibility on eligibility.person_id = scores.person_id
    left join tiers on tiers.person_id = scores.person_id
    left join draws on draws.person_id = scores.person_id
    left join open_assignment on open_assignment.person_id = scores.person_id
    left join allotments on allotments.person_id = scores.person_id
    left join worth on worth.person_id = scores.person_id
),

decided as (
    select
        *,
        case
            when history_cell = 'treat' then 'in_treatment'
            when history_cell = 'holdout' then 'holdout'
            when suppression_code is not null then 'suppressed'
            when deferred_until_on is not null then 'deferred'
            when drawn_cell = 'holdout' then 'holdout'
            when worth_flag = 0 then 'below_value'
            when is_above_cut then allotted_channel
            else 'no_capacity'
        end as outcome,
        case
            when history_cell = 'treat' then 'OPEN_ASSIGNMENT'
            when history_cell = 'holdout' then 'HOLDOUT_KEPT'
            when suppression_code is not null then suppression_code
            when deferred_until_on is not null then 'NEXT_CONTACT_ON'
            when drawn_cell = 'holdout' and is_inherited then 'HOLDOUT_KEPT'
            when drawn_cell = 'holdout' then 'HOLDOUT'
            when worth_flag is null then 'NO_PLANNED_CHANNEL'
            when worth_flag = 0 then 'EV_NOT_POSITIVE'
            when is_above_cut then 'ALLOCATED'
            when option_flag = 0 then 'SHARED_POINT'
            else 'CAPACITY_FULL'
        end as first_reason
    from joined
),

final as (
    select
        person_id,
        outcome,
        first_reason,
        case
            when outcome = 'in_treatment' then history_channel
            when outcome = allotted_channel then allotted_channel
        end as channel,
        campaign_id,
        cluster_id,
        bucket_no,
        stratum,
        tier_code,
        rank_no,
        state,
        sub_state,
        dormant_on,
        cause_code,
        cause_axis,
        permitted_channels,
        suppression_code,
        deferred_until_on,
        priority_score,
        value_part,
        recoverability_part,
        recency_part,
        expected_value_amount,
        -- assigned today: listed, or held out from a place on today's lists
        history_cell is null and is_above_cut and outcome in ('holdout', allotted_channel) as is_assigned_today
    from decided
)

select * from final
