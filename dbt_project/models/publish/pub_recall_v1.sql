-- Whom today's lists may not reach any more, row ids as if everybody had been listed: what stands in a delivered list and
-- here is recalled.
with lists as (
    select * from {{ ref('fct_list') }}
    where frozen_on = {{ as_of() }}
),

people as (
    select * from {{ ref('dim_person') }}
    where account_id is null or account_id = person_id
),

decisions as (
    select * from {{ ref('fct_decision') }}
    where as_of = {{ as_of() }}
),

final as (
    select
        {{ as_of() }} as as_of,
        lists.list_id,
        lists.campaign_id,
        lists.channel,
        {{ hash16(['lists.list_id', 'people.person_id']) }} as list_row_id,
        people.person_id,
        case
            when decisions.person_id is null then 'NOT_DORMANT'
            when decisions.suppression_code is not null then decisions.suppression_code
            when decisions.deferred_until_on is not null then 'NEXT_CONTACT_ON'
            else 'CHANNEL_NOT_PERMITTED'
        end as reason_code
    from lists
    cross join people
    left join decisions on decisions.person_id = people.person_id
    where
        decisions.person_id is null
        or decisions.deferred_until_on is not null
        or not {{ list_contains('decisions.permitted_channels', 'lists.channel') }}
)

select * from final
