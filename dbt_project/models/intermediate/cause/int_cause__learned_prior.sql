-- How often each cause was named in the hearings of the months before, per first of a month: Dirichlet with a uniform start.
-- Its logarithm against the uniform share is the prior of a spell whose last purchase fell into the month.
with hearings as (
    select * from {{ ref('int_cause__hearing') }}
    where cause_code is not null
),

spells as (
    select * from {{ ref('int_cause__spell') }}
),

causes as (
    select * from {{ ref('causes') }}
),

priors as (
    select * from {{ rule_in_force('rule_cause_prior') }}
),

model as (
    select * from {{ rule_in_force('rule_cause_model') }}
),

effective_months as (
    select distinct {{ month_start('last_active_on') }} as effective_on
    from spells
),

heard as (
    select
        effective_months.effective_on,
        hearings.cause_code,
        count(*) as heard_count
    from effective_months
    cross join model
    inner join hearings
        on hearings.heard_on < effective_months.effective_on
        and hearings.heard_on >= {{ add_months('effective_months.effective_on', '-model.prior_months') }}
        and hearings.known_at < cast(effective_months.effective_on as timestamp)
    group by effective_months.effective_on, hearings.cause_code
),

counted as (
    select
        effective_months.effective_on,
        causes.cause_code,
        coalesce(heard.heard_count, 0) as heard_count,
        sum(coalesce(heard.heard_count, 0)) over (partition by effective_months.effective_on) as n_count,
        count(*) over (partition by effective_months.effective_on) as code_count
    from effective_months
    cross join causes
    left join heard
        on effective_months.effective_on = heard.effective_on and causes.cause_code = heard.cause_code
),

final as (
    select
        counted.cause_code,
        counted.effective_on,
        cast(counted.heard_count as bigint) as heard_count,
        cast(counted.n_count as bigint) as n_count,
        counted.n_count >= model.prior_min_n_count as is_learned,
        {{ round9(ratio(
            'counted.heard_count + model.prior_pseudo_count',
            'counted.n_count + counted.code_count * model.prior_pseudo_count'
        )) }} as share_ratio,
        {{ round9("""case
            when counted.n_count >= model.prior_min_n_count
                then ln(counted.code_count * """ ~ ratio(
                    'counted.heard_count + model.prior_pseudo_count',
                    'counted.n_count + counted.code_count * model.prior_pseudo_count'
                ) ~ """)
            else priors.prior_ratio
        end""") }} as prior_ratio
    from counted
    cross join model
    inner join priors on counted.cause_code = priors.cause_code
)

select * from final
