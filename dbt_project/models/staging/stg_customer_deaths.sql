-- Customers whose newest known version says that they died, and since when we know it.
with latest as (
    {{ latest_as_known('customers', key=['source_customer_id'], event='registered_at', absence_deletes=true) }}
),

marks as (
    select
        source_system,
        source_customer_id,
        min(known_at) as deceased_known_at
    from {{ source('raw', 'customers') }}
    where is_deceased and known_at < {{ as_of_end() }}
    group by source_system, source_customer_id
),

final as (
    select
        latest.source_system || ':' || latest.source_customer_id as customer_key,
        marks.deceased_known_at
    from latest
    inner join marks
        on latest.source_system = marks.source_system and latest.source_customer_id = marks.source_customer_id
    where latest.is_deceased
)

select * from final
