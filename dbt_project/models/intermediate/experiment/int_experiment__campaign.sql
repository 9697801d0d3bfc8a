-- The standing campaign of as_of's month, as its rule row says.
with rules as (
    select * from {{ rule_in_force('rule_campaign') }}
),

final as (
    select
        campaign_code || '-' || {{ year_month(as_of()) }} as campaign_id,
        campaign_code,
        label_ja,
        objective,
        salt,
        holdout_percent,
        window_days,
        return_lag_days,
        anchor_rule,
        {{ month_start(as_of()) }} as start_on,
        {{ month_end(as_of()) }} as end_on,
        {{ as_of() }} as anchor_on,
        approved_by
    from rules
)

select * from final
