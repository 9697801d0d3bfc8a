-- The channels a party could get today, in the order its tier prefers: permitted, worth the cost, point not taken by somebody better.
-- Hold-outs have options too, so that we know who of them would have been listed.
with draws as (
    select * from {{ ref('int_experiment__draw') }}
),

tiers as (
    select * from {{ ref('int_priority__tier') }}
),

scores as (
    select * from {{ ref('int_priority__score') }}
),

permissions as (
    select * from {{ ref('int_eligibility__channel') }}
    where is_permitted
),

plans as (
    select * from {{ rule_in_force('rule_channel_plan') }}
),

channels as (
    select * from {{ rule_in_force('rule_channel_capacity') }}
),

rates as (
    select scope as channel, value_ratio
    from {{ rule_in_force('rule_priority') }}
    where parameter = 'incremental_rate'
),

open_assignments as (
    select distinct person_id
    from {{ ref('int_experiment__history') }}
    where is_open
),

planned as (
    select
        draws.person_id,
        draws.cell,
        tiers.rank_no,
        plans.step_no,
        plans.channel,
        permissions.contact_point_id,
        permissions.addressee_person_id,
        permissions.consent_event_id,
        permissions.consented_at,
        open_assignments.person_id is not null as is_assigned,
        {{ money('scores.pre_margin_12m_amount * rates.value_ratio - channels.unit_cost_amount') }} as expected_value_amount,
        -- post may go twice to one address, a number or mailbox may not
        case when channels.point_type = 'postal' then draws.person_id else permissions.value_hash end as point_key
    from draws
    inner join tiers on tiers.person_id = draws.person_id
    inner join scores on scores.person_id = draws.person_id
    inner join plans on plans.tier_code = tiers.tier_code
    inner join permissions on permissions.person_id = draws.person_id and permissions.channel = plans.channel
    inner join channels on channels.channel = plans.channel
    left join rates on rates.channel = plans.channel
    left join open_assignments on open_assignments.person_id = draws.person_id
),

judged as (
    select
        *,
        -- an unknown value is no reason to leave somebody out
        coalesce(expected_value_amount > 0, true) as is_worth_it,
        row_number() over (
            partition by channel, coalesce(point_key, person_id) order by is_assigned desc, rank_no, person_id
        ) = 1 as is_first_at_point
    from planned
),

final as (
    select
        *,
        case
            when not is_assigned and is_worth_it and is_first_at_point
                then row_number() over (
                    partition by person_id, not is_assigned and is_worth_it and is_first_at_point order by step_no
                )
        end as option_no
    from judged
)

select * from final
