-- For every clock day and every rule whose population the party is in: how many days of silence make it dormant.
with clock as (
    select * from {{ ref('int_dormancy__clock') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

rules as (
    select * from {{ rule_in_force('rule_dormancy') }}
),

presets as (
    select * from {{ rule_in_force('rule_dormancy_preset') }}
),

-- the row of the party's own source wins over the one for any source
party_presets as (
    select
        parties.person_id,
        parties.business_type,
        presets.preset_code,
        presets.fixed_days,
        presets.default_gap_days,
        presets.default_f2_days,
        presets.redormant_ratio,
        presets.long_dormant_days,
        presets.long_dormant_ratio
    from parties
    inner join presets
        on parties.business_type = presets.business_type
        and (presets.source_system = '*' or parties.source_system = presets.source_system)
    qualify row_number() over (
        partition by parties.person_id order by case when presets.source_system = '*' then 1 else 0 end
    ) = 1
),

applicable as (
    select
        clock.*,
        rules.rule_id,
        rules.precedence_no,
        rules.subtype,
        rules.gap_ratio,
        rules.at_risk_ratio,
        rules.min_days,
        rules.max_days,
        party_presets.preset_code,
        party_presets.fixed_days,
        party_presets.default_f2_days,
        party_presets.redormant_ratio,
        party_presets.long_dormant_days,
        party_presets.long_dormant_ratio,
        -- own rhythm, pulled towards the default while there are few gaps; only rules with gap_ratio know a rhythm
        case
            when rules.gap_ratio is not null
                then (clock.gap_count * clock.median_gap_days + rules.shrinkage_count * party_presets.default_gap_days)
                    / (clock.gap_count + rules.shrinkage_count)
        end as rhythm_days
    from clock
    inner join party_presets on clock.person_id = party_presets.person_id
    inner join rules
        on (rules.business_type = '*' or party_presets.business_type = rules.business_type)
        and clock.cycle_no >= rules.min_order_day_count
        and (rules.max_order_day_count is null or clock.cycle_no <= rules.max_order_day_count)
),

raw_days as (
    select
        *,
        cast(case
            when rhythm_days is not null then gap_ratio * rhythm_days
            when rule_id = 'D4' then default_f2_days
            else fixed_days
        end as double) as unclamped_days
    from applicable
),

clamped as (
    select
        *,
        least(greatest(unclamped_days, coalesce(min_days, unclamped_days)), coalesce(max_days, unclamped_days)) as threshold_days
    from raw_days
),

-- noise below six digits of a day does not count
tidy as (
    select
        *,
        {{ round6('threshold_days') }} as whole_threshold_days,
        {{ round6('threshold_days * redormant_ratio') }} as whole_redormant_days,
        {{ round6('at_risk_ratio * rhythm_days') }} as whole_at_risk_days,
        {{ round6("""case
            when rhythm_days is not null then least(long_dormant_days, long_dormant_ratio * threshold_days)
            else long_dormant_days
        end""") }} as whole_long_dormant_days
    from clamped
),

-- day counts that are not whole are crossed on the first day that reaches them; long dormant is the first day beyond
final as (
    select
        person_id,
        clock_on,
        cycle_no,
        rule_id,
        cast(precedence_no as integer) as precedence_no,
        subtype,
        preset_code,
        {{ round9('rhythm_days') }} as rhythm_days,
        cast(ceil(whole_threshold_days) as integer) as dormant_days,
        cast(ceil(whole_redormant_days) as integer) as redormant_days,
        cast(ceil(whole_at_risk_days) as integer) as at_risk_days,
        cast(floor(whole_long_dormant_days) + 1 as integer) as long_dormant_days
    from tidy
)

select * from final
