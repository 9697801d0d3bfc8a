{{ config(materialized='view') }} -- a day makes every row another one, and costs nothing to count
-- Where each party stands on as_of: how long it has been silent and dormant, and where the two clocks disagree.
with standing as (
    select * from {{ ref('int_dormancy__standing') }}
),

counted as (
    select
        *,
        {{ days_between('last_order_on', as_of()) }} as days_since_last_order,
        {{ days_between('last_touch_on', as_of()) }} as days_since_touch
    from standing
),

compared as (
    select
        *,
        days_since_last_order >= fixed_days as is_fixed_silent,
        cadence_silent_on <= {{ as_of() }} as is_cadence_silent,
        days_since_touch >= fixed_days as is_touch_silent
    from counted
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
        {{ days_between('dormant_on', as_of()) }} as days_dormant,
        rhythm_days,
        is_fixed_silent,
        is_cadence_silent,
        is_touch_silent,
        nullif(substr(
            case when is_fixed_silent != is_cadence_silent then ',fixed_cadence' else '' end
            || case when is_fixed_silent != is_touch_silent then ',order_touch' else '' end, 2
        ), '') as disagreement_codes,
        case when next_contact_on > {{ as_of() }} then next_contact_on end as deferred_until_on,
        why_ja,
        policy_version
    from compared
)

select * from final
