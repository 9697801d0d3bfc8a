-- Where each party stands on as_of: one row per party that has a state of its own.
with states as (
    select * from {{ ref('int_dormancy__state_spell') }}
),

spells as (
    select * from {{ ref('int_dormancy__spell') }}
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

touches as (
    select * from {{ ref('int_activity__touch') }}
),

last_orders as (
    select
        person_id,
        max(ordered_on) as last_order_on
    from order_days
    group by person_id
),

last_touches as (
    select
        person_id,
        max(touched_on) as last_touch_on
    from touches
    where is_two_way
    group by person_id
),

final as (
    select
        states.person_id,
        states.state,
        states.sub_state,
        states.valid_from as state_from_on,
        spells.spell_no,
        spells.dormant_on,
        spells.deciding_rule,
        spells.rule_ids,
        spells.subtype,
        spells.last_clock_on,
        last_orders.last_order_on,
        {{ days_between('last_orders.last_order_on', as_of()) }} as days_since_last_order,
        last_touches.last_touch_on,
        {{ days_between('last_touches.last_touch_on', as_of()) }} as days_since_touch,
        {{ days_between('spells.dormant_on', as_of()) }} as days_dormant,
        states.policy_version
    from states
    left join spells on states.person_id = spells.person_id and spells.end_on is null
    left join last_orders on states.person_id = last_orders.person_id
    left join last_touches on states.person_id = last_touches.person_id
    where states.valid_to is null
)

select * from final
