-- Why customers fell asleep, per month of falling asleep: share of each cause, and what its open spells used to bring.
with ranked as (
    select * from {{ ref('int_cause__ranked') }}
    where cause_rank = 1
),

spells as (
    select * from {{ ref('int_dormancy__spell') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

placed as (
    select
        {{ month_start('spells.dormant_on') }} as month_on,
        parties.business_type,
        ranked.cause_code,
        ranked.axis,
        ranked.source,
        spells.end_on is null as is_open,
        spells.margin_amount
    from ranked
    inner join spells on ranked.person_id = spells.person_id and ranked.spell_no = spells.spell_no
    inner join parties on ranked.person_id = parties.person_id
),

counted as (
    select
        month_on,
        coalesce(business_type, 'all') as business_type,
        cause_code,
        axis,
        count(*) as spell_count,
        sum(case when source = 'inferred' then 0 else 1 end) as heard_count,
        sum(case when is_open then 1 else 0 end) as open_count,
        sum(case when is_open then margin_amount else 0 end) as margin_amount
    from placed
    group by grouping sets ((month_on, business_type, cause_code, axis), (month_on, cause_code, axis))
),

shared as (
    select
        *,
        sum(spell_count) over (partition by month_on, business_type) as all_count
    from counted
),

final as (
    select
        shared.month_on,
        shared.business_type,
        shared.cause_code,
        shared.axis,
        cast(shared.spell_count as double) as numerator,
        cast(shared.all_count as double) as denominator,
        cast(shared.all_count as bigint) as n_count,
        {{ round9(ratio('shared.spell_count', 'shared.all_count')) }} as value,
        {{ round9(wilson_low('shared.spell_count', 'shared.all_count', 'model.z_ratio')) }} as ci_low,
        {{ round9(wilson_high('shared.spell_count', 'shared.all_count', 'model.z_ratio')) }} as ci_high,
        case when {{ month_end('shared.month_on') }} < {{ as_of() }} then '確報' else '速報' end as maturity,
        case when shared.all_count >= model.min_n_count then '判定可' else '判定不能' end as verdict,
        cast(shared.heard_count as bigint) as heard_count,
        cast(shared.open_count as bigint) as open_count,
        {{ money('shared.margin_amount') }} as margin_amount
    from shared
    cross join model
)

select * from final
