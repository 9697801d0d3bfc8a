with latest as (
    {{ latest_as_known('usage_daily', key=['account_id', 'used_on'], event='used_on') }}
),

final as (
    select
        {{ global_id('account_id') }} as account_key,
        used_on,
        active_users,
        events,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
