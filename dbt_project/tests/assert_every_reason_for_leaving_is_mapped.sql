-- Reasons of ended courses, contracts and deals that no row of the mapping seed knows; they count as no reason until one does.
{{ config(severity='warn') }}

with stated as (
    select 'subscriptions' as source_table, source_system, cancel_reason_code as reason_code from {{ ref('stg_subscriptions') }}
    union all
    select 'accounts' as source_table, source_system, cancel_reason_code as reason_code from {{ ref('stg_accounts') }}
    union all
    select 'deals' as source_table, source_system, lost_reason_code as reason_code from {{ ref('stg_deals') }}
),

known as (
    select cause_code as reason_code from {{ ref('causes') }}
    union all
    select reason_code from {{ ref('stop_reasons') }}
)

select distinct
    stated.source_table,
    stated.source_system,
    stated.reason_code
from stated
left join known on stated.reason_code = known.reason_code
where stated.reason_code is not null and known.reason_code is null
