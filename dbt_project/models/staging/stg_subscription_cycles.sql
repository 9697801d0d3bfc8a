-- Every delivery cycle a subscription was known to have, from the day it was first known.
with versions as (
    select
        {{ global_id('subscription_id') }} as subscription_id,
        {{ global_id('party_id') }} as party_key,
        cycle_days,
        known_at,
        source_system,
        lag(cycle_days) over (
            partition by source_system, subscription_id
            order by known_at, business_date nulls first, delivery_sequence nulls first, source_file, source_row
        ) as previous_cycle_days
    from {{ source('raw', 'subscriptions') }}
    where {{ counts_already('started_on') }} and cycle_days is not null
),

final as (
    select
        subscription_id,
        party_key,
        cycle_days,
        previous_cycle_days,
        source_system,
        known_at
    from versions
    where cycle_days is distinct from previous_cycle_days
)

select * from final
