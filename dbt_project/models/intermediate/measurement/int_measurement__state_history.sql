{{ config(materialized='month_ends') }}
-- What earlier runs said about the ends of months, kept with the rules they said it under.
with states as (
    select * from {{ ref('int_dormancy__current') }}
),

policy as (
    select * from {{ ref('int_measurement__policy') }}
),

final as (
    select
        {{ as_of() }} as as_of,
        states.person_id,
        states.state,
        policy.policy_version
    from states
    cross join policy
)

select * from final
