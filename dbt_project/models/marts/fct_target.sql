-- Every row of every list. Which contact point and consent it went out on is known for today's rows only:
-- the history keeps keys, not addresses.
with history as (
    select * from {{ ref('int_experiment__history') }}
    where list_id is not null
),

list_rows as (
    select * from {{ ref('int_allocation__list_row') }}
    where cell = 'treat'
),

before_today as (
    select
        list_id,
        list_row_id,
        campaign_id,
        person_id,
        channel,
        stratum,
        tier_code,
        cast(null as bigint) as row_no,
        frozen_on,
        anchor_on,
        cast(null as string) as contact_point_id,
        cast(null as string) as addressee_person_id,
        cast(null as string) as consent_event_id,
        cast(null as timestamp) as consented_at
    from history
),

listed_today as (
    select
        list_id,
        list_row_id,
        campaign_id,
        person_id,
        channel,
        stratum,
        tier_code,
        row_no,
        {{ as_of() }} as frozen_on,
        anchor_on,
        contact_point_id,
        addressee_person_id,
        consent_event_id,
        consented_at
    from list_rows
),

final as (
    select * from before_today
    union all
    select * from listed_today
)

select * from final
