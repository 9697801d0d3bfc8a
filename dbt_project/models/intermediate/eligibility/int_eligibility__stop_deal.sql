-- A deal that moves belongs to its salesperson: open or on hold, with a two-way contact or its opening inside the window.
with deals as (
    select * from {{ ref('stg_deals') }}
    where result in ('open', 'hold') and closed_on is null
),

people as (
    select * from {{ ref('int_identity__member') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

touches as (
    select * from {{ ref('int_activity__touch') }}
    where is_two_way
),

windows as (
    select * from {{ rule_in_force('rule_suppression_limit') }}
    where suppression_code = 'SUP_ACTIVE_OTHER' and scope = 'deal'
),

last_touch as (
    select
        coalesce(parties.account_person_id, touches.person_id) as person_id,
        max(touches.touched_on) as touched_on
    from touches
    inner join parties on parties.person_id = touches.person_id
    group by 1
),

moving as (
    select
        people.person_id,
        deals.deal_id,
        deals.opened_on,
        {{ add_days('greatest(deals.opened_on, coalesce(last_touch.touched_on, deals.opened_on))', 'windows.window_days') }} as until_on
    from deals
    inner join people on people.party_key = deals.account_key
    left join last_touch on last_touch.person_id = people.person_id
    cross join windows
),

final as (
    select
        'party' as subject_type,
        person_id as subject_id,
        cast(null as string) as channel,
        'SUP_ACTIVE_OTHER' as suppression_code,
        opened_on as from_on,
        until_on,
        deal_id as evidence_ref
    from moving
)

select * from final
