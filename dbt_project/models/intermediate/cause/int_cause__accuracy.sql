-- How good the inferred causes are, against what was told: precision, recall, confusion and calibration, in all, by month, by
-- operator, by script and by source. UNKNOWN claims nothing and is no prediction. Numerators and denominators re-aggregate.
with grades as (
    select * from {{ ref('int_cause__grade') }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

by_dimension as (
    select 'all' as dimension_code, 'all' as dimension_value, grades.* from grades
    union all
    select 'month' as dimension_code, cast(month_on as string) as dimension_value, grades.* from grades
    union all
    select 'agent' as dimension_code, agent_id as dimension_value, grades.* from grades
    union all
    select 'script' as dimension_code, script_id as dimension_value, grades.* from grades
    union all
    select 'source' as dimension_code, source as dimension_value, grades.* from grades
),

precisions as (
    select
        'precision_at_1' as kpi_code,
        dimension_code,
        dimension_value,
        coalesce(inferred_cause_code, 'ALL') as inferred_cause_code,
        'ALL' as heard_cause_code,
        sum(case when is_right then 1 else 0 end) as numerator,
        count(*) as denominator
    from by_dimension
    where is_predicted
    group by grouping sets ((dimension_code, dimension_value, inferred_cause_code), (dimension_code, dimension_value))
),

recalls as (
    select
        'recall' as kpi_code,
        dimension_code,
        dimension_value,
        'ALL' as inferred_cause_code,
        coalesce(heard_cause_code, 'ALL') as heard_cause_code,
        sum(case when is_right then 1 else 0 end) as numerator,
        count(*) as denominator
    from by_dimension
    group by grouping sets ((dimension_code, dimension_value, heard_cause_code), (dimension_code, dimension_value))
),

axis_precisions as (
    select
        'axis_precision' as kpi_code,
        dimension_code,
        dimension_value,
        inferred_axis as inferred_cause_code,
        'ALL' as heard_cause_code,
        sum(case when inferred_axis = heard_axis then 1 else 0 end) as numerator,
        count(*) as denominator
    from by_dimension
    where is_predicted
    group by dimension_code, dimension_value, inferred_axis
),

axis_recalls as (
    select
        'axis_recall' as kpi_code,
        dimension_code,
        dimension_value,
        'ALL' as inferred_cause_code,
        heard_axis as heard_cause_code,
        sum(case when inferred_axis = heard_axis then 1 else 0 end) as numerator,
        count(*) as denominator
    from by_dimension
    group by dimension_code, dimension_value, heard_axis
),

-- of the spells with an inferred cause, which cause was told
confusions as (
    select
        'confusion' as kpi_code,
        dimension_code,
        dimension_value,
        inferred_cause_code,
        heard_cause_code,
        count(*) as numerator,
        sum(count(*)) over (partition by dimension_code, dimension_value, inferred_cause_code) as denominator
    from by_dimension
    group by dimension_code, dimension_value, inferred_cause_code, heard_cause_code
),

counted as (
    select * from precisions
    union all
    select * from recalls
    union all
    select * from axis_precisions
    union all
    select * from axis_recalls
    union all
    select * from confusions
),

-- a probability of 1 belongs to the uppermost bin
binned as (
    select
        by_dimension.*,
        cast(least(
            floor(by_dimension.inferred_probability * model.calibration_bin_count) + 1, model.calibration_bin_count
        ) as integer) as bin_no
    from by_dimension
    cross join model
    where by_dimension.is_predicted
),

bins as (
    select
        dimension_code,
        dimension_value,
        bin_no,
        sum(case when is_right then 1 else 0 end) as right_count,
        count(*) as n_count,
        sum(inferred_probability) as probability_sum
    from binned
    group by dimension_code, dimension_value, bin_no
),

measured as (
    select
        kpi_code,
        dimension_code,
        dimension_value,
        inferred_cause_code,
        heard_cause_code,
        cast(0 as integer) as bin_no,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        cast(denominator as bigint) as n_count,
        cast(null as double) as expected_value
    from counted
    union all
    select
        'calibration_bin' as kpi_code,
        dimension_code,
        dimension_value,
        'ALL' as inferred_cause_code,
        'ALL' as heard_cause_code,
        bin_no,
        cast(right_count as double) as numerator,
        cast(n_count as double) as denominator,
        cast(n_count as bigint) as n_count,
        {{ ratio('probability_sum', 'n_count') }} as expected_value
    from bins
    union all
    select
        'calibration_error' as kpi_code,
        dimension_code,
        dimension_value,
        'ALL' as inferred_cause_code,
        'ALL' as heard_cause_code,
        cast(0 as integer) as bin_no,
        sum(abs(right_count - probability_sum)) as numerator,
        cast(sum(n_count) as double) as denominator,
        cast(sum(n_count) as bigint) as n_count,
        cast(null as double) as expected_value
    from bins
    group by dimension_code, dimension_value
),

final as (
    select
        measured.kpi_code,
        measured.dimension_code,
        measured.dimension_value,
        measured.inferred_cause_code,
        measured.heard_cause_code,
        measured.bin_no,
        {{ round9('measured.numerator') }} as numerator,
        measured.denominator,
        measured.n_count,
        {{ round9(ratio('measured.numerator', 'measured.denominator')) }} as value,
        {{ round9('measured.expected_value') }} as expected_value,
        case when measured.kpi_code != 'calibration_error'
            then {{ round9(wilson_low('measured.numerator', 'measured.denominator', 'model.z_ratio')) }} end as ci_low,
        case when measured.kpi_code != 'calibration_error'
            then {{ round9(wilson_high('measured.numerator', 'measured.denominator', 'model.z_ratio')) }} end as ci_high,
        case when measured.n_count >= model.min_n_count then '判定可' else '判定不能' end as verdict
    from measured
    cross join model
)

select * from final
