-- The preset that applies to each clock, business type, source and product category that occurs: the most specific row wins, the
-- category before the source. Nobody may be left without one.
with parties as (
    select distinct
        business_type,
        source_system
    from {{ ref('int_identity__party') }}
),

categories as (
    select distinct category_l1
    from {{ ref('int_activity__order_day') }}
    union
    select 'ALL' as category_l1
),

presets as (
    select * from {{ rule_in_force('rule_dormancy_preset') }}
),

final as (
    select
        presets.clock_code,
        parties.business_type,
        parties.source_system,
        categories.category_l1,
        presets.preset_code,
        presets.fixed_days,
        presets.default_gap_days,
        presets.default_f2_days,
        presets.redormant_ratio,
        presets.long_dormant_days,
        presets.long_dormant_ratio
    from parties
    cross join categories
    inner join presets
        on presets.business_type = parties.business_type
        and presets.source_system in ('*', parties.source_system)
        and presets.category_l1 in ('*', categories.category_l1)
    qualify row_number() over (
        partition by presets.clock_code, parties.business_type, parties.source_system, categories.category_l1
        order by
            case when presets.category_l1 = '*' then 1 else 0 end,
            case when presets.source_system = '*' then 1 else 0 end
    ) = 1
)

select * from final
