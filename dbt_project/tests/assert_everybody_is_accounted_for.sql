-- The leaves of the waterfall sum to every known party without account, and each subtotal to the leaves below it.
with parties as (
    select count(*) as party_count
    from {{ ref('dim_person') }}
    where account_id is null
),

waterfall as (
    select * from {{ ref('kpi_waterfall') }}
),

totals as (
    select
        coalesce(sum(case when is_leaf then party_count end), 0) as leaf_count,
        coalesce(sum(case when step = 'universe' then party_count end), 0) as universe_count,
        coalesce(sum(case when step = 'dormant' then party_count end), 0) as dormant_count,
        coalesce(sum(case when is_leaf and step <> 'not_dormant' then party_count end), 0) as dormant_leaf_count,
        coalesce(sum(case when step = 'eligible' then party_count end), 0) as eligible_count,
        coalesce(
            sum(case when is_leaf and step not in ('not_dormant', 'suppressed', 'deferred') then party_count end), 0
        ) as eligible_leaf_count
    from waterfall
)

select *
from totals
cross join parties
where
    leaf_count <> party_count
    or universe_count <> party_count
    or dormant_count <> dormant_leaf_count
    or eligible_count <> eligible_leaf_count
