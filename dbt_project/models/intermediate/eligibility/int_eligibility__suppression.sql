-- Every reason not to contact somebody, one row per subject, channel, code and first day, with the rule's legal basis.
-- Rows that have run out stay as history; is_in_force says whether they bind on as_of.
with stops as (
    select * from {{ ref('int_eligibility__stop_consent') }}
    union all
    select * from {{ ref('int_eligibility__stop_call') }}
    union all
    select * from {{ ref('int_eligibility__stop_party') }}
    union all
    select * from {{ ref('int_eligibility__stop_complaint') }}
    union all
    select * from {{ ref('int_eligibility__stop_contact') }}
    union all
    select * from {{ ref('int_eligibility__stop_deal') }}
    union all
    select * from {{ ref('int_eligibility__stop_print') }}
    union all
    select * from {{ ref('int_eligibility__stop_number') }}
    union all
    select * from {{ ref('int_eligibility__stop_reach') }}
    union all
    select * from {{ ref('int_eligibility__stop_reason') }}
),

rules as (
    select * from {{ rule_in_force('rule_suppression') }}
),

channels as (
    select * from {{ rule_in_force('rule_channel_capacity') }}
),

per_channel as (
    select
        stops.subject_type,
        stops.subject_id,
        channels.channel,
        stops.suppression_code,
        stops.from_on,
        stops.until_on,
        stops.evidence_ref,
        rules.label_ja,
        rules.is_hard,
        rules.legal_basis,
        rules.priority_no
    from stops
    inner join rules on rules.suppression_code = stops.suppression_code
    inner join channels
        on coalesce(stops.channel, channels.channel) = channels.channel
        and {{ list_contains('rules.channels', 'channels.channel') }}
    where stops.from_on <= {{ as_of() }}
),

-- two reasons from the same day: the longer one binds, an open end is the longest
final as (
    select
        subject_type,
        subject_id,
        channel,
        suppression_code,
        from_on,
        case when count(until_on) = count(*) then max(until_on) end as until_on,
        label_ja,
        is_hard,
        legal_basis,
        priority_no,
        min(evidence_ref) as evidence_ref,
        coalesce({{ as_of() }} < case when count(until_on) = count(*) then max(until_on) end, true) as is_in_force
    from per_channel
    group by subject_type, subject_id, channel, suppression_code, from_on, label_ja, is_hard, legal_basis, priority_no
)

select * from final
