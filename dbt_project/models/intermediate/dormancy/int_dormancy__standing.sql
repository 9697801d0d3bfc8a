{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Where each party stands: one row per party that has a state of its own, with its open spell, its clocks and why. Nothing in it
-- moves with the days by itself; what does is counted in int_dormancy__current.
with states as (
    select * from {{ concerned(ref('int_dormancy__state_spell')) }}
    where valid_to is null
),

spells as (
    select * from {{ concerned(ref('int_dormancy__spell')) }}
    where end_on is null
),

clock as (
    select * from {{ concerned(ref('int_dormancy__clock')) }}
    where clock_on <= {{ as_of() }} and (next_clock_on is null or {{ as_of() }} < next_clock_on)
),

rules as (
    select * from {{ rule_in_force('rule_dormancy') }}
),

totals as (
    select * from {{ concerned(ref('int_activity__party')) }}
),

-- the newest word about when to come back
hearings as (
    select
        coalesce(parties.account_person_id, parties.person_id) as person_id,
        hearings.next_contact_on
    from {{ ref('stg_hearings') }} as hearings
    inner join {{ concerned(ref('int_identity__hearing')) }} as heard on hearings.hearing_id = heard.hearing_id
    inner join {{ concerned(ref('int_identity__party')) }} as parties on heard.person_id = parties.person_id
    qualify row_number() over (
        partition by coalesce(parties.account_person_id, parties.person_id) order by hearings.heard_at desc, hearings.hearing_id desc
    ) = 1
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
        totals.last_order_on,
        totals.last_touch_on,
        {{ round9('clock.rhythm_days') }} as rhythm_days,
        coalesce(clock.d1_days, clock.d8_days, clock.d9_days) as fixed_days,
        {{ day_reached('clock.base_on', 'clock.d2_days') }} as cadence_silent_on,
        hearings.next_contact_on,
        case
            when states.state = 'dormant'
                then rules.label_ja || '（' || spells.deciding_rule || '）: ' || cast(spells.last_clock_on as string) || 'を最後に'
                    || cast({{ days_between('spells.last_clock_on', 'spells.dormant_on') }} as string) || '日動きがなく、'
                    || cast(spells.dormant_on as string) || 'に休眠'
            when states.state = 'at_risk' then '離反予兆（' || states.rule_ids || '）: ' || cast(states.valid_from as string) || 'から'
        end as why_ja,
        states.policy_version
    from states
    left join spells on states.person_id = spells.person_id
    left join clock on states.person_id = clock.person_id
    left join totals on states.person_id = totals.person_id
    left join hearings on states.person_id = hearings.person_id
    left join rules on spells.deciding_rule = rules.rule_id
)

select * from final
