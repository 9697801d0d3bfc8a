{{ config(materialized='replaced', meta={'entity': 'customers', 'record_key': 'customer_key'}) }}
-- Customers whose newest known version says that they died or left, and since when we know it: a later delivery that says the same
-- again moves no day, one that says otherwise in between begins anew.
with latest as (
    {{ latest_as_known('customers', key=['source_customer_id'], event='registered_at', absence_deletes=true, changed_only=true) }}
),

versions as (
    select
        source_system,
        source_customer_id,
        known_at,
        coalesce(is_deceased, false) as is_deceased,
        coalesce(member_status = 'withdrawn', false) as is_withdrawn
    from {{ changed_rows('customers', ['source_customer_id']) }} as customer_rows
    where known_at < {{ as_of_end() }}
),

departed as (
    select
        {{ global_id('source_customer_id') }} as customer_key,
        source_system,
        source_customer_id,
        coalesce(is_deceased, false) as is_deceased,
        coalesce(member_status = 'withdrawn', false) as is_withdrawn
    from latest
    where is_deceased or member_status = 'withdrawn'
),

otherwise as (
    select
        source_system,
        source_customer_id,
        max(case when not is_deceased then known_at end) as not_deceased_at,
        max(case when not is_withdrawn then known_at end) as not_withdrawn_at
    from versions
    group by source_system, source_customer_id
),

final as (
    select
        departed.customer_key,
        min(case
            when departed.is_deceased and (otherwise.not_deceased_at is null or versions.known_at > otherwise.not_deceased_at)
                then versions.known_at
        end) as deceased_known_at,
        min(case
            when departed.is_withdrawn and (otherwise.not_withdrawn_at is null or versions.known_at > otherwise.not_withdrawn_at)
                then versions.known_at
        end) as withdrawn_known_at
    from departed
    inner join otherwise
        on departed.source_system = otherwise.source_system and departed.source_customer_id = otherwise.source_customer_id
    inner join versions
        on departed.source_system = versions.source_system and departed.source_customer_id = versions.source_customer_id
    group by departed.customer_key
)

select * from final
