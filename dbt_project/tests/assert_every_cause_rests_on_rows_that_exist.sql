-- References of evidence that lead nowhere. A reference is a table, a colon and the key of its row.
with cited as (
    select
        person_id,
        spell_no,
        cause_rank,
        {{ list_items('evidence_refs') }} as evidence_ref
    from {{ ref('int_cause__ranked') }}
    where evidence_refs is not null
),

existing as (
    select 'orders:' || order_id as evidence_ref from {{ ref('stg_orders') }}
    union all
    select 'inquiries:' || inquiry_id from {{ ref('stg_inquiries') }}
    union all
    select 'hearings:' || hearing_id from {{ ref('stg_hearings') }}
    union all
    select 'customers:' || customer_key from {{ ref('stg_customer_prefectures') }}
    union all
    select 'life_events:' || party_key || '|' || code || '|' || cast(occurred_on as string) from {{ ref('stg_life_events') }}
    union all
    select 'subscriptions:' || subscription_id from {{ ref('stg_subscriptions') }}
    union all
    select 'subscription_events:' || subscription_id || '|' || cast(event_at as string) || '|' || type from {{ ref('stg_subscription_events') }}
    union all
    select 'contacts:' || contact_key from {{ ref('stg_contacts') }}
    union all
    select 'accounts:' || account_key from {{ ref('stg_accounts') }}
    union all
    select 'deals:' || deal_id from {{ ref('stg_deals') }}
    union all
    select 'consents:' || consent_event_id from {{ ref('stg_consents') }}
    union all
    select 'responses:' || response_id from {{ ref('stg_responses') }}
    union all
    select 'campaign_contacts:' || campaign_contact_id from {{ ref('stg_campaign_contacts') }}
    union all
    select 'contact_points:' || contact_point_id from {{ ref('stg_contact_points') }}
    union all
    select 'calls:' || call_id from {{ ref('stg_calls') }}
    union all
    select 'products:' || product_id from {{ ref('stg_products') }}
    union all
    select 'market_events:' || event_id from {{ ref('stg_market_events') }}
    union all
    select 'category_months:' || category_l1 || '|' || cast(month_on as string) from {{ ref('int_cause__market') }}
)

select cited.*
from cited
left join existing on cited.evidence_ref = existing.evidence_ref
where existing.evidence_ref is null
