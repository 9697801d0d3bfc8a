-- One row per channel and day, also when the list is empty, with the waterfall that led to it.
with lists as (
    select * from {{ ref('fct_list') }}
    where frozen_on = {{ as_of() }}
),

waterfall as (
    select * from {{ ref('kpi_waterfall') }}
),

totals as (
    select
        sum(case when step = 'universe' then party_count else 0 end) as universe_count,
        sum(case when step = 'not_dormant' then party_count else 0 end) as not_dormant_count,
        sum(case when step = 'dormant' then party_count else 0 end) as dormant_count,
        sum(case when step = 'suppressed' then party_count else 0 end) as suppressed_count,
        sum(case when step = 'deferred' then party_count else 0 end) as deferred_count,
        sum(case when step = 'eligible' then party_count else 0 end) as eligible_count,
        sum(case when step = 'in_treatment' then party_count else 0 end) as in_treatment_count,
        sum(case when step = 'holdout' then party_count else 0 end) as holdout_count,
        sum(case when step = 'below_value' then party_count else 0 end) as below_value_count,
        sum(case when step = 'allocated' then party_count else 0 end) as allocated_count,
        sum(case when step = 'no_capacity' then party_count else 0 end) as no_capacity_count
    from waterfall
),

final as (
    select
        lists.list_id,
        lists.campaign_id,
        lists.channel,
        {{ as_of() }} as as_of,
        lists.frozen_at,
        lists.valid_until_on,
        lists.row_count,
        lists.approved_by,
        cast(totals.universe_count as bigint) as universe_count,
        cast(totals.not_dormant_count as bigint) as not_dormant_count,
        cast(totals.dormant_count as bigint) as dormant_count,
        cast(totals.suppressed_count as bigint) as suppressed_count,
        cast(totals.deferred_count as bigint) as deferred_count,
        cast(totals.eligible_count as bigint) as eligible_count,
        cast(totals.in_treatment_count as bigint) as in_treatment_count,
        cast(totals.holdout_count as bigint) as holdout_count,
        cast(totals.below_value_count as bigint) as below_value_count,
        cast(totals.allocated_count as bigint) as allocated_count,
        cast(totals.no_capacity_count as bigint) as no_capacity_count
    from lists
    cross join totals
)

select * from final
