{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Too many of our messages, answered ever less; and addresses and numbers that no longer work.
with spells as (
    select * from {{ concerned(ref('int_cause__spell')) }}
),

loads as (
    select * from {{ ref('int_cause__learned_send_load') }}
),

members as (
    select * from {{ concerned(ref('int_identity__member')) }}
),

sends as (
    select
        members.person_id,
        cast(contacts.sent_at as date) as sent_on,
        contacts.campaign_contact_id,
        contacts.bounced_at is not null and contacts.bounce_type = 'hard' as is_hard_bounce
    from {{ ref('stg_campaign_contacts') }} as contacts
    inner join members on contacts.party_key = members.party_key
    where contacts.channel in ('email', 'newsletter', 'sms')
),

touches as (
    select distinct
        person_id,
        touched_on
    from {{ concerned(ref('int_activity__touch')) }}
    where kind in ('open', 'click')
),

bad_points as (
    select
        members.person_id,
        points.type as point_type,
        'contact_points:' || points.contact_point_id as evidence_ref,
        cast(points.known_at as date) as event_on
    from {{ ref('stg_contact_points') }} as points
    inner join members on points.party_key = members.party_key
    where points.type in ('email', 'phone') and not points.is_valid
),

dead_dials as (
    select
        called.person_id,
        'phone' as point_type,
        'calls:' || calls.call_id as evidence_ref,
        cast(calls.started_at as date) as event_on
    from {{ ref('stg_calls') }} as calls
    inner join {{ concerned(ref('int_identity__call')) }} as called on calls.call_id = called.call_id
    where calls.disposition_code = 'DISCONNECTED'
),

rules as (
    select * from {{ rule_in_force('rule_cause') }}
),

-- the last window before the purchase that did not come, and the one before it
messages as (
    select
        spells.person_id,
        spells.spell_no,
        spells.expected_on,
        least(spells.expected_on, spells.known_until_on, {{ as_of() }}) as last_counted_on,
        spells.last_active_on,
        sum(case when sends.sent_on > {{ add_days('spells.expected_on', '-rules.limit_days') }} then 1 else 0 end) as send_count,
        sum(case when sends.sent_on <= {{ add_days('spells.expected_on', '-rules.limit_days') }} then 1 else 0 end) as earlier_send_count,
        max(sends.campaign_contact_id) as campaign_contact_id
    from spells
    inner join rules on rules.signal_code = 'fatigue'
    inner join sends
        on spells.person_id = sends.person_id
        and sends.sent_on <= least(spells.expected_on, spells.known_until_on, {{ as_of() }})
        and sends.sent_on > {{ add_days('spells.expected_on', '-(rules.limit_days + rules.limit_days)') }}
    group by spells.person_id, spells.spell_no, spells.expected_on, spells.known_until_on, spells.last_active_on
),

answers as (
    select
        messages.person_id,
        messages.spell_no,
        sum(case when touches.touched_on > {{ add_days('messages.expected_on', '-rules.limit_days') }} then 1 else 0 end) as open_count,
        sum(case when touches.touched_on <= {{ add_days('messages.expected_on', '-rules.limit_days') }} then 1 else 0 end) as earlier_open_count
    from messages
    inner join rules on rules.signal_code = 'fatigue'
    inner join touches
        on messages.person_id = touches.person_id
        and touches.touched_on <= messages.last_counted_on
        and touches.touched_on > {{ add_days('messages.expected_on', '-(rules.limit_days + rules.limit_days)') }}
    group by messages.person_id, messages.spell_no
),

rates as (
    select
        messages.*,
        {{ ratio('answers.open_count', 'messages.send_count') }} as open_ratio,
        {{ ratio('answers.earlier_open_count', 'messages.earlier_send_count') }} as earlier_open_ratio
    from messages
    inner join answers on messages.person_id = answers.person_id and messages.spell_no = answers.spell_no
),

tired as (
    select
        rates.person_id,
        rates.spell_no,
        rules.signal_code,
        rules.cause_code,
        rates.expected_on as event_on,
        cast(rates.send_count as string) as word_a,
        cast(cast(round(rates.earlier_open_ratio * rules.scale_ratio) as integer) as string) as word_b,
        cast(cast(round(rates.open_ratio * rules.scale_ratio) as integer) as string) as word_c,
        'campaign_contacts:' || rates.campaign_contact_id as evidence_refs
    from rates
    inner join rules on rules.signal_code = 'fatigue'
    inner join loads on {{ month_start('rates.last_active_on') }} = loads.effective_on
    where
        rates.send_count >= loads.load_count
        and rates.earlier_open_ratio > 0
        and rates.open_ratio <= rules.limit_ratio * rates.earlier_open_ratio
),

broken as (
    select
        person_id,
        'email' as point_type,
        'campaign_contacts:' || campaign_contact_id as evidence_ref,
        sent_on as event_on
    from sends
    where is_hard_bounce
    union all
    select person_id, point_type, evidence_ref, event_on from bad_points
    union all
    select person_id, point_type, evidence_ref, event_on from dead_dials
),

unreachable as (
    select
        spells.person_id,
        spells.spell_no,
        rules.signal_code,
        rules.cause_code,
        spells.expected_on as event_on,
        max(case when broken.point_type = 'email' then broken.evidence_ref end)
        || ',' || max(case when broken.point_type = 'phone' then broken.evidence_ref end) as evidence_refs
    from spells
    inner join rules on rules.signal_code = 'unreachable'
    inner join broken on spells.person_id = broken.person_id and broken.event_on <= least(spells.known_until_on, {{ as_of() }})
    group by spells.person_id, spells.spell_no, rules.signal_code, rules.cause_code, spells.expected_on
),

signals as (
    select * from tired
    union all
    select
        person_id,
        spell_no,
        signal_code,
        cause_code,
        event_on,
        cast(null as string) as word_a,
        cast(null as string) as word_b,
        cast(null as string) as word_c,
        evidence_refs
    from unreachable
    where evidence_refs is not null
),

final as (
    select
        person_id,
        spell_no,
        signal_code,
        cause_code,
        event_on,
        cast(1 as double) as intensity_ratio,
        word_a,
        word_b,
        word_c,
        cast(null as integer) as silent_days,
        cast(1 as integer) as event_count,
        evidence_refs
    from signals
)

select * from final
