-- The firsts of months whose learned model is needed on as_of: the one in force, the one that corrects it by what really
-- happened, and the one that corrects that one, so that the correction itself can be judged.
with settings as (
    select * from {{ rule_in_force('rule_value_model') }}
),

policy as (
    select policy_version from {{ source('ops', 'policy') }}
),

in_force as (
    select
        business_type,
        {{ month_start(as_of()) }} as effective_on,
        {{ add_days(as_of(), 1) }} as judged_on,
        {{ month_start(add_days(month_start(as_of()), '-window_days')) }} as checked_on
    from settings
),

checking as (
    select
        in_force.business_type,
        in_force.checked_on as effective_on,
        in_force.effective_on as judged_on,
        {{ month_start(add_days('in_force.checked_on', '-settings.window_days')) }} as checked_on
    from in_force
    inner join settings on in_force.business_type = settings.business_type
),

first_checking as (
    select
        business_type,
        checked_on as effective_on,
        effective_on as judged_on,
        cast(null as date) as checked_on
    from checking
),

months as (
    select * from in_force
    union all
    select * from checking
    union all
    select * from first_checking
),

final as (
    select
        months.effective_on,
        months.business_type,
        months.checked_on,
        months.judged_on,
        {{ add_days('months.effective_on', 'settings.window_days') }} <= months.judged_on as is_over,
        settings.window_days,
        settings.horizon_days,
        settings.min_party_count,
        settings.resolution_days,
        settings.amount_step_ratio,
        settings.curve_prior_count,
        settings.correction_prior_count,
        settings.gone_return_ratio,
        settings.bin_count,
        settings.z_ratio,
        settings.default_r,
        settings.default_alpha_weeks,
        settings.default_a,
        settings.default_b,
        settings.default_p,
        settings.default_q,
        settings.default_v_amount,
        policy.policy_version
    from months
    inner join settings on months.business_type = settings.business_type
    cross join policy
)

select * from final
