-- Each party's state on the last day before a month and on its last known day.
with spells as (
    select * from {{ ref('int_dormancy__state_spell') }}
),

months as (
    select * from {{ ref('int_measurement__month') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
    where account_person_id is null
),

opening as (
    select months.month_on, spells.person_id, spells.state, spells.sub_state
    from months
    inner join spells
        on spells.valid_from < months.month_on
        and (spells.valid_to is null or spells.valid_to >= months.month_on)
),

closing as (
    select months.month_on, spells.person_id, spells.state, spells.sub_state
    from months
    inner join spells
        on spells.valid_from <= months.last_on
        and (spells.valid_to is null or spells.valid_to > months.last_on)
),

final as (
    select
        closing.month_on,
        closing.person_id,
        parties.business_type,
        opening.state as opening_state,
        opening.sub_state as opening_sub_state,
        closing.state as closing_state,
        closing.sub_state as closing_sub_state
    from closing
    inner join parties on parties.person_id = closing.person_id
    left join opening on opening.person_id = closing.person_id and opening.month_on = closing.month_on
)

select * from final
