{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Each spell with the day the next purchase was expected and the days on which evidence may lie.
with spells as (
    select * from {{ concerned(ref('int_dormancy__spell')) }}
),

parties as (
    select * from {{ concerned(ref('int_identity__party')) }}
),

hearings as (
    select * from {{ concerned(ref('int_cause__hearing')) }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

-- what was learned once somebody had told the reason would grade the model with the answer
first_answers as (
    select
        person_id,
        spell_no,
        min(heard_on) as heard_on
    from hearings
    where is_answer and spell_no is not null
    group by person_id, spell_no
),

-- B2C runs on the transaction clock, B2B on the two-way clock
anchored as (
    select
        spells.*,
        parties.business_type,
        parties.industry_code,
        parties.source_system,
        case
            when parties.business_type = 'b2b' then spells.last_clock_on
            else coalesce(spells.last_order_on, spells.last_clock_on)
        end as last_active_on
    from spells
    inner join parties on spells.person_id = parties.person_id
),

final as (
    select
        anchored.person_id,
        anchored.spell_no,
        anchored.business_type,
        anchored.industry_code,
        anchored.source_system,
        anchored.dormant_on,
        anchored.end_on,
        anchored.end_type,
        anchored.deciding_rule,
        anchored.last_active_on,
        anchored.last_order_on,
        anchored.rhythm_days,
        {{ add_days('anchored.last_active_on', 'round(anchored.rhythm_days)') }} as expected_on,
        first_answers.heard_on,
        least(
            {{ add_days('anchored.dormant_on', 'model.after_dormant_days - 1') }},
            anchored.end_on,
            {{ add_days('first_answers.heard_on', -1) }}
        ) as known_until_on
    from anchored
    cross join model
    left join first_answers
        on anchored.person_id = first_answers.person_id and anchored.spell_no = first_answers.spell_no
)

select * from final
