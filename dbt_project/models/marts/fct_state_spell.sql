-- Which state each party was in, half-open [valid_from, valid_to), an open end is today. What the causes say of a silence stands on
-- its dormant rows.
with states as (
    select * from {{ ref('int_dormancy__state_spell') }}
),

spells as (
    select * from {{ ref('int_dormancy__spell') }}
),

flags as (
    select * from {{ ref('int_cause__flag') }}
),

flagged_spells as (
    select
        spells.person_id,
        spells.dormant_on,
        spells.end_on,
        flags.is_suspected_churn,
        flags.is_forgotten
    from spells
    inner join flags on spells.person_id = flags.person_id and spells.spell_no = flags.spell_no
    where flags.is_suspected_churn or flags.is_forgotten
),

final as (
    select
        states.person_id,
        states.valid_from,
        states.valid_to,
        states.state,
        states.sub_state,
        states.rule_ids,
        coalesce(flagged_spells.is_suspected_churn, false) as is_suspected_churn,
        coalesce(flagged_spells.is_forgotten, false) as is_forgotten,
        states.policy_version
    from states
    left join flagged_spells
        on states.state = 'dormant'
        and states.person_id = flagged_spells.person_id
        and states.valid_from >= flagged_spells.dormant_on
        and (flagged_spells.end_on is null or states.valid_from < flagged_spells.end_on)
)

select * from final
