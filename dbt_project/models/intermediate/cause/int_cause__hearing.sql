{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Every reason somebody told us, whose it is and which spell it speaks of: the silence that was going on when it was said.
with hearings as (
    select * from {{ ref('stg_hearings') }}
),

speakers as (
    select * from {{ concerned(ref('int_identity__hearing')) }}
),

parties as (
    select * from {{ concerned(ref('int_identity__party')) }}
),

spells as (
    select * from {{ concerned(ref('int_dormancy__spell')) }}
),

order_days as (
    select * from {{ concerned(ref('int_activity__order_day')) }}
),

causes as (
    select * from {{ ref('causes') }}
),

stop_reasons as (
    select * from {{ ref('stop_reasons') }}
),

spoken_words as (
    select * from {{ ref('int_cause__word_match') }}
    where text_table = 'hearings'
),

-- a reason that was written down but not coded is read with the dictionary
coded as (
    select
        hearings.hearing_id,
        coalesce(parties.account_person_id, parties.person_id) as person_id,
        hearings.heard_at,
        cast(hearings.heard_at as date) as heard_on,
        case when coalesce(hearings.channel, 'call') = 'call' then 'heard' else 'survey' end as source,
        coalesce(hearings.reason_code, spoken_words.cause_code) as reason_code,
        hearings.reason_code is null and spoken_words.cause_code is not null as is_from_text,
        hearings.agent_id,
        hearings.script_id,
        hearings.known_at
    from hearings
    inner join speakers on hearings.hearing_id = speakers.hearing_id
    inner join parties on speakers.person_id = parties.person_id
    left join spoken_words on hearings.hearing_id = spoken_words.text_id
),

answered as (
    select
        coded.*,
        coalesce(stop_reasons.cause_code, causes.cause_code) as cause_code,
        stop_reasons.suppression_code,
        coalesce(coalesce(stop_reasons.cause_code, causes.cause_code) != 'UNKNOWN', false) as is_answer
    from coded
    left join stop_reasons on coded.reason_code = stop_reasons.reason_code
    left join causes on coded.reason_code = causes.cause_code
),

-- what the party did last before the silence, and what ended it
silences as (
    select
        spells.person_id,
        spells.spell_no,
        coalesce(spells.last_order_on, spells.last_clock_on) as silent_from_on,
        case when spells.end_type not in ('churned', 'blocked') then spells.end_on end as woken_on,
        min(order_days.ordered_on) as next_order_on
    from spells
    left join order_days
        on spells.person_id = order_days.person_id
        and order_days.ordered_on > coalesce(spells.last_order_on, spells.last_clock_on)
    where spells.person_id in (select person_id from answered)
    group by all
),

-- the word of the day somebody came back still speaks of the silence before
placed as (
    select
        answered.hearing_id,
        min(silences.spell_no) as spell_no
    from answered
    inner join silences
        on answered.person_id = silences.person_id
        and answered.heard_on > silences.silent_from_on
        and answered.heard_on <= coalesce(least(silences.woken_on, silences.next_order_on), answered.heard_on)
    group by answered.hearing_id
),

final as (
    select
        answered.hearing_id,
        answered.person_id,
        placed.spell_no,
        answered.heard_at,
        answered.heard_on,
        answered.source,
        answered.reason_code,
        answered.cause_code,
        answered.is_answer,
        answered.is_from_text,
        answered.suppression_code,
        answered.agent_id,
        answered.script_id,
        answered.known_at
    from answered
    left join placed on answered.hearing_id = placed.hearing_id
)

select * from final
