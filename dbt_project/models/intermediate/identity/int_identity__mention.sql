{{ config(materialized='replaced', meta={'replace_by': 'record_party'}) }}
-- Every party that any table speaks of, with the first day it does; whoever only received a gift is not spoken of here.
{% set party_events = {
    'stg_orders': 'ordered_at', 'stg_subscriptions': 'started_on', 'stg_activities': 'occurred_at',
    'stg_inquiries': 'received_at', 'stg_calls': 'started_at', 'stg_hearings': 'heard_at',
    'stg_campaign_assignments': 'assigned_at', 'stg_campaign_contacts': 'sent_at', 'stg_responses': 'responded_at',
    'stg_consents': 'consented_at', 'stg_privacy_requests': 'received_on', 'stg_life_events': 'occurred_on',
    'stg_contact_points': 'registered_at',
} %}
{% set account_events = [
    ('stg_usage_daily', 'used_on'), ('stg_deals', 'opened_on'), ('stg_deals', 'closed_on'), ('stg_contacts', 'registered_at'),
    ('stg_accounts', 'contract_start_on'),
] %}

with mentions as (
    {% for model, event in party_events.items() %}
    select
        party_key,
        source_system,
        0 as is_account,
        cast({{ event }} as date) as seen_on,
        first_known_at,
        coalesce(purposes, '') as purposes
    from {{ ref(model) }}
    where party_key is not null and {{ is_changed_key('party_key') }}
    union all
    {% endfor %}
    {% for model, event in account_events %}
    select
        account_key as party_key,
        source_system,
        1 as is_account,
        cast({{ event }} as date) as seen_on,
        first_known_at,
        coalesce(purposes, '') as purposes
    from {{ ref(model) }}
    where account_key is not null and {{ is_changed_key('account_key') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- where deliveries disagree on the purpose, the one that allows least counts: its sorted text is the smaller one
final as (
    select
        party_key,
        min(source_system) as source_system,
        max(is_account) = 1 as is_account,
        min(seen_on) as first_seen_on,
        min(first_known_at) as first_known_at,
        nullif(min(purposes), '') as purposes
    from mentions
    group by party_key
)

select * from final
