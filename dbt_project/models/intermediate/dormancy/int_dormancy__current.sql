-- Where each party stands on as_of: one row per party that has a state of its own, with both clocks, where they disagree, and why.
with states as (
    select * from {{ ref('int_dormancy__state_spell') }}
    where valid_to is null
),

spells as (
    select * from {{ ref('int_dormancy__spell') }}
    where end_on is null
),

clock as (
    select * from {{ ref('int_dormancy__clock') }}
    where clock_on <= {{ as_of() }} and (next_clock_on is null or {{ as_of() }} < next_clock_on)
),

rules as (
    select * from {{ rule_in_force('rule_dormancy') }}
),

totals as (
    select * from {{ ref('int_activity__party') }}
),

-- the newest word about when to come back
hearings as (
    select
        coalesce(parties.account_person_id, parties.person_id) as person_id,
        hearings.next_contact_on
    from {{ ref('stg_hearings') }} as hearings
    inner join {{ ref('int_identity__hearing') }} as heard on hearings.hearing_id = heard.hearing_id
    inner join {{ ref('int_identity__party') }} as parties on heard.person_id = parties.person_id
    qualify row_number() over (
        partition by coalesce(parties.account_person_id, parties.person_id) order by hearings.heard_at desc, hearings.hearing_id desc
    ) = 1
),

joined as (
    select
        states.person_id,
        states.state,
        states.sub_state,
        states.valid_from as state_from_on,
        states.rule_ids as state_rule_ids,
        states.policy_version,
        spells.spell_no,
        spells.dormant_on,
        spells.deciding_rule,
        spells.rule_ids,
        spells.subtype,
        spells.last_clock_on,
        totals.last_order_on,
        {{ days_between('totals.last_order_on', as_of()) }} as days_since_last_order,
        totals.last_touch_on,
        {{ days_between('totals.last_touch_on', as_of()) }} as days_since_touch,
        {{ days_between('spells.dormant_on', as_of()) }} as days_dormant,
        clock.rhythm_days,
        coalesce(clock.d1_days, clock.d8_days, clock.d9_days) as fixed_days,
        {{ day_reached('clock.base_on', 'clock.d2_days') }} <= {{ as_of() }} as is_cadence_silent,
        case when hearings.next_contact_on > {{ as_of() }} then hearings.next_contact_on end as deferred_until_on,
        rules.label_ja
    from states
    left join spells on states.person_id = spells.person_id
    left join clock on states.person_id = clock.person_id
    left join totals on states.person_id = totals.person_id
    left join hearings on states.person_id = hearings.person_id
    left join rules on spells.deciding_rule = rules.rule_id
),

compared as (
    select
        *,
        days_since_last_order >= fixed_days as is_fixed_silent,
        days_since_touch >= fixed_days as is_touch_silent
    from joined
),

final as (
    select
        person_id,
        state,
        sub_state,
        state_from_on,
        spell_no,
        dormant_on,
        deciding_rule,
        rule_ids,
        subtype,
        last_clock_on,
        last_order_on,
        days_since_last_order,
        last_touch_on,
        days_since_touch,
        days_dormant,
        {{ round9('rhythm_days') }} as rhythm_days,
        is_fixed_silent,
        is_cadence_silent,
        is_touch_silent,
        nullif(substr(
            case when is_fixed_silent != is_cadence_silent then ',fixed_cadence' else '' end
            || case when is_fixed_silent != is_touch_silent then ',order_touch' else '' end, 2
        ), '') as disagreement_codes,
        deferred_until_on,
        case
            when state = 'dormant'
                then label_ja || '（' || deciding_rule || '）: ' || cast(last_clock_on as string) || 'を最後に'
                    || cast({{ days_between('last_clock_on', 'dormant_on') }} as string) || '日動きがなく、'
                    || cast(dormant_on as string) || 'に休眠'
            when state = 'at_risk' then '離反予兆（' || state_rule_ids || '）: ' || cast(state_from_on as string) || 'から'
        end as why_ja,
        policy_version
    from compared
)

select * from final
