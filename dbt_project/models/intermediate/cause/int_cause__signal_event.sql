{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Dated events that fall into the window of a spell: one row per spell, signal and event.
with spells as (
    select * from {{ concerned(ref('int_cause__spell')) }}
),

rules as (
    select * from {{ rule_in_force('rule_cause') }}
),

events as (
    select * from {{ concerned(ref('int_cause__event_service')) }}
    union all
    select * from {{ concerned(ref('int_cause__event_life')) }}
    union all
    select * from {{ concerned(ref('int_cause__event_course')) }}
    union all
    select * from {{ concerned(ref('int_cause__event_account')) }}
    union all
    select * from {{ concerned(ref('int_cause__event_message')) }}
),

-- an event without a day of its own belongs to the last day before the silence
joined as (
    select
        spells.person_id,
        spells.spell_no,
        least(spells.known_until_on, {{ as_of() }}) as known_until_on,
        spells.expected_on,
        spells.dormant_on,
        events.signal_code,
        rules.cause_code,
        rules.limit_days,
        rules.min_event_count,
        coalesce(events.event_on, spells.last_active_on) as event_on,
        events.settled_on,
        events.current_from_on,
        events.current_to_on,
        events.intensity_ratio,
        events.word_a,
        events.word_b,
        events.evidence_ref,
        {{ add_days(
            "case rules.window_anchor when 'expected' then spells.expected_on else spells.last_active_on end", '-rules.before_days'
        ) }} as from_on,
        {{ add_days('spells.expected_on', 'rules.after_days') }} as to_on
    from spells
    inner join events on spells.person_id = events.person_id
    inner join rules
        on events.signal_code = rules.signal_code
        and (events.cause_code is null or events.cause_code = rules.cause_code)
),

in_window as (
    select
        *,
        count(*) over (partition by person_id, spell_no, signal_code, cause_code) as event_count
    from joined
    where
        event_on >= from_on
        and event_on <= to_on
        and event_on <= known_until_on
        -- a deal that was open, an order that was the last one, when the party fell asleep
        and (current_from_on is null or current_from_on <= dormant_on)
        and (current_to_on is null or current_to_on > dormant_on)
        and (
            limit_days is null
            or settled_on is null
            or settled_on > greatest(expected_on, {{ add_days('event_on', 'limit_days') }})
        )
),

-- what is still open for fewer days than the limit is not yet unresolved
final as (
    select
        person_id,
        spell_no,
        signal_code,
        cause_code,
        event_on,
        intensity_ratio,
        word_a,
        word_b,
        cast(null as string) as word_c,
        {{ days_between('event_on', 'least(settled_on, case when limit_days is null then dormant_on else known_until_on end)') }} as silent_days,
        cast(event_count as integer) as event_count,
        evidence_ref as evidence_refs
    from in_window
    where
        event_count >= min_event_count
        and (limit_days is null or {{ days_between('event_on', 'least(settled_on, known_until_on)') }} > limit_days)
)

select * from final
