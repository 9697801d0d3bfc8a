-- Predicted and actual share of those who came back, bin by bin, with the interval in which chance alone leaves the actual one.
with bins as (
    select * from {{ ref('int_value__calibration') }}
),

cutoffs as (
    select * from {{ ref('int_value__cutoff') }}
),

final as (
    select
        bins.effective_on,
        bins.business_type,
        bins.buyer_class,
        bins.bin_no,
        cutoffs.window_days,
        bins.come_back_count as numerator,
        bins.party_count as denominator,
        {{ round9('bins.predicted_ratio') }} as predicted_ratio,
        {{ round9(ratio('bins.come_back_count', 'bins.party_count')) }} as actual_ratio,
        {{ round9(wilson_low('bins.come_back_count', 'bins.party_count', 'cutoffs.z_ratio')) }} as ci_low,
        {{ round9(wilson_high('bins.come_back_count', 'bins.party_count', 'cutoffs.z_ratio')) }} as ci_high,
        case when bins.party_count >= cutoffs.min_party_count then '判定可' else '判定不能' end as verdict
    from bins
    inner join cutoffs
        on bins.effective_on = cutoffs.effective_on and bins.business_type = cutoffs.business_type
)

select * from final
