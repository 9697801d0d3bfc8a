-- The day of silence at which natural return breaks off: two daily rates, one up to the day and a lower one after it, split where
-- the likelihood is largest. Once for the data as they are (replicate 0) and once per replicate with random weights of persons.
with silences as (
    select * from {{ ref('int_measurement__silence') }}
),

rules as (
    select * from {{ rule_in_force('rule_threshold_review') }}
),

buckets as (
    select distinct business_type, bucket_no from silences
),

replicates as (
    select rules.business_type, numbers.number_no as replicate_no
    from rules
    inner join {{ number_series('0', '(select max(replicate_count) from rules)') }} as numbers
        on numbers.number_no <= rules.replicate_count
),

weights as (
    select
        buckets.business_type,
        buckets.bucket_no,
        replicates.replicate_no,
        case
            when replicates.replicate_no = 0 then 1
            else {{ md5_weight(joined_text(["buckets.bucket_no", "replicates.replicate_no"])) }}
        end as weight_ratio
    from buckets
    inner join replicates on buckets.business_type = replicates.business_type
),

-- sums of decimals, for those of doubles depend on the order in which rows come
days as (
    select
        silences.rule_id,
        silences.business_type,
        silences.category_l1,
        weights.replicate_no,
        silences.elapsed_days,
        cast(sum(cast({{ round9('silences.n_count * weights.weight_ratio') }} as decimal(18, 9))) as decimal(24, 9)) as n_value,
        cast(sum(cast({{ round9('silences.return_count * weights.weight_ratio') }} as decimal(18, 9))) as decimal(24, 9)) as return_value
    from silences
    inner join weights on silences.business_type = weights.business_type and silences.bucket_no = weights.bucket_no
    group by silences.rule_id, silences.business_type, silences.category_l1, weights.replicate_no, silences.elapsed_days
),

summed as (
    select
        rule_id,
        business_type,
        category_l1,
        replicate_no,
        elapsed_days,
        cast(sum(n_value) over running as double) as ended_value,
        cast(sum(n_value * elapsed_days) over running as double) as ended_days_value,
        cast(sum(return_value) over running as double) as returned_value,
        cast(sum(n_value) over whole as double) as all_value,
        cast(sum(n_value * elapsed_days) over whole as double) as all_days_value,
        cast(sum(return_value) over whole as double) as all_returned_value
    from days
    window
        whole as (partition by rule_id, business_type, category_l1, replicate_no),
        running as (
            partition by rule_id, business_type, category_l1, replicate_no order by elapsed_days
            rows between unbounded preceding and current row
        )
),

-- days of silence that were watched up to the day, and after it
exposed as (
    select
        *,
        ended_days_value + elapsed_days * (all_value - ended_value) as before_days_value,
        all_days_value - ended_days_value - elapsed_days * (all_value - ended_value) as after_days_value
    from summed
),

rated as (
    select
        *,
        {{ ratio('returned_value', 'before_days_value') }} as before_ratio,
        {{ ratio('greatest(all_returned_value - returned_value, 0)', 'after_days_value') }} as after_ratio,
        {{ ratio('all_returned_value', 'all_days_value') }} as all_ratio
    from exposed
),

gained as (
    select
        rated.*,
        returned_value * ln(before_ratio / all_ratio)
        + case
            when after_ratio > 0 then (all_returned_value - returned_value) * ln(after_ratio / all_ratio)
            else 0
        end as half_gain_value
    from rated
    inner join rules on rated.business_type = rules.business_type
    where
        rated.elapsed_days between rules.min_days and rules.max_days
        and rated.before_ratio > rated.after_ratio
        and rated.before_ratio > 0
),

-- the rate falls on the day after the last one of the higher rate
final as (
    select
        rule_id,
        business_type,
        category_l1,
        replicate_no,
        elapsed_days + 1 as break_days,
        {{ round9('before_ratio') }} as before_ratio,
        {{ round9('after_ratio') }} as after_ratio,
        {{ round9('half_gain_value + half_gain_value') }} as gain_value
    from gained
    qualify row_number() over (
        partition by rule_id, business_type, category_l1, replicate_no order by {{ round9('half_gain_value') }} desc, elapsed_days
    ) = 1
)

select * from final
