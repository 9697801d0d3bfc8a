-- Every reason somebody told us, whose it is and which spell it speaks of: the silence that was going on when it was said.
with hearings as (
    select * from {{ ref('stg_hearings') }}
),

calls as (
    select * from {{ ref('stg_calls') }}
),

list_rows as (
    select * from {{ ref('stg_list_rows') }}
),

members as (
    select * from {{ ref('int_identity__member') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

former_ids as (
    select
        source_id as former_person_id,
        person_id
    from {{ ref('int_identity__alias') }}
    where source_system = 'okoshi'
    qualify row_number() over (partition by source_id order by valid_from desc) = 1
),

spells as (
    select * from {{ ref('int_dormancy__spell') }}
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
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

-- an agency's return names our list row, not the customer
addressed as (
    select
        hearings.*,
        coalesce(hearings.party_key, calls.party_key) as spoken_party_key,
        min(list_rows.person_id) as listed_person_id
    from hearings
    left join calls on hearings.call_id = calls.call_id
    left join list_rows on calls.list_row_id = list_rows.list_row_id
    group by all
),

-- a reason that was written down but not coded is read with the dictionary
coded as (
    select
        addressed.hearing_id,
        coalesce(owners.account_person_id, owners.person_id) as person_id,
        addressed.heard_at,
        cast(addressed.heard_at as date) as heard_on,
        case when coalesce(addressed.channel, 'call') = 'call' then 'heard' else 'survey' end as source,
        coalesce(addressed.reason_code, spoken_words.cause_code) as reason_code,
        addressed.reason_code is null and spoken_words.cause_code is not null as is_from_text,
        addressed.agent_id,
        addressed.known_at
    from addressed
    left join members on addressed.spoken_party_key = members.party_key
    left join former_ids on addressed.listed_person_id = former_ids.former_person_id
    left join spoken_words on addressed.hearing_id = spoken_words.text_id
    inner join parties as owners
        on coalesce(members.person_id, former_ids.person_id, addressed.listed_person_id) = owners.person_id
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
        answered.known_at
    from answered
    left join placed on answered.hearing_id = placed.hearing_id
)

select * from final
