{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- What happened at B2B accounts: contacts who left or came, mails to them that bounced, deals lost or put off, contracts ended.
with contacts as (
    select * from {{ ref('stg_contacts') }}
),

accounts as (
    select * from {{ ref('stg_accounts') }}
),

deals as (
    select * from {{ ref('stg_deals') }}
),

sends as (
    select * from {{ ref('stg_campaign_contacts') }}
    where channel in ('email', 'newsletter') and bounced_at is not null and bounce_type = 'hard'
),

members as (
    select * from {{ concerned(ref('int_identity__member')) }}
),

causes as (
    select * from {{ ref('causes') }}
    where cause_code != 'UNKNOWN'
),

departed as (
    select
        account_key,
        'contact_left' as signal_code,
        cast(null as string) as cause_code,
        cast(left_at as date) as event_on,
        cast(null as string) as word_a,
        'contacts:' || contact_key as evidence_ref
    from contacts
    where left_at is not null
),

first_deciders as (
    select
        account_key,
        min(registered_at) as first_registered_at
    from contacts
    where decision_role = 'decision_maker'
    group by account_key
),

succeeded as (
    select
        contacts.account_key,
        'new_decider' as signal_code,
        cast(null as string) as cause_code,
        cast(contacts.registered_at as date) as event_on,
        cast(null as string) as word_a,
        'contacts:' || contacts.contact_key as evidence_ref
    from contacts
    inner join first_deciders on contacts.account_key = first_deciders.account_key
    where contacts.decision_role = 'decision_maker' and contacts.registered_at > first_deciders.first_registered_at
),

bounced as (
    select
        contacts.account_key,
        'contact_bounced' as signal_code,
        cast(null as string) as cause_code,
        cast(sends.bounced_at as date) as event_on,
        cast(null as string) as word_a,
        'campaign_contacts:' || sends.campaign_contact_id as evidence_ref
    from sends
    inner join contacts on sends.party_key = contacts.contact_key
),

lost as (
    select
        account_key,
        'lost_budget' as signal_code,
        cast(null as string) as cause_code,
        coalesce(closed_on, opened_on) as event_on,
        cast(null as string) as word_a,
        'deals:' || deal_id as evidence_ref
    from deals
    where result = 'lost' and lost_reason_code = 'CHG_BUDGET'
),

-- a competitor named in a deal counts whatever the deal was lost for
contested as (
    select
        account_key,
        'competitor_deal' as signal_code,
        cast(null as string) as cause_code,
        coalesce(closed_on, opened_on) as event_on,
        coalesce(competitor_id, '他社') as word_a,
        'deals:' || deal_id as evidence_ref
    from deals
    where (result = 'lost' and lost_reason_code = 'EXT_COMPETITOR') or (result != 'won' and competitor_id is not null)
),

-- a deal put off: the clock of the silence is the last word that both sides had
put_off as (
    select
        account_key,
        'rescheduled' as signal_code,
        cast(reschedule_count as string) as word_a,
        opened_on as current_from_on,
        closed_on as current_to_on,
        'deals:' || deal_id as evidence_ref
    from deals
    where reschedule_count > 0 and (result in ('open', 'hold') or closed_on is not null)
),

ended as (
    select
        accounts.account_key,
        'stated_cancel' as signal_code,
        causes.cause_code,
        accounts.contract_end_on as event_on,
        causes.label_ja as word_a,
        'accounts:' || accounts.account_key as evidence_ref
    from accounts
    inner join causes on accounts.cancel_reason_code = causes.cause_code
    where accounts.contract_end_on is not null
),

events as (
    select * from departed
    union all
    select * from succeeded
    union all
    select * from bounced
    union all
    select * from lost
    union all
    select * from contested
    union all
    select * from ended
),

all_events as (
    select
        account_key,
        signal_code,
        cause_code,
        event_on,
        cast(null as date) as current_from_on,
        cast(null as date) as current_to_on,
        word_a,
        evidence_ref
    from events
    union all
    select
        account_key,
        signal_code,
        cast(null as string) as cause_code,
        cast(null as date) as event_on,
        current_from_on,
        current_to_on,
        word_a,
        evidence_ref
    from put_off
),

final as (
    select
        members.person_id,
        all_events.signal_code,
        all_events.cause_code,
        all_events.event_on,
        cast(null as date) as settled_on,
        all_events.current_from_on,
        all_events.current_to_on,
        cast(1 as double) as intensity_ratio,
        all_events.word_a,
        cast(null as string) as word_b,
        all_events.evidence_ref
    from all_events
    inner join members on all_events.account_key = members.party_key
)

select * from final
