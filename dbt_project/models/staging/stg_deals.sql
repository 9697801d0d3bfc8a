with latest as (
    {{ latest_as_known('deals', key=['deal_id'], event='opened_on') }}
),

final as (
    select
        {{ global_id('deal_id') }} as deal_id,
        {{ global_id('account_id') }} as account_key,
        {{ global_id('contact_id') }} as contact_key,
        stage,
        amount,
        opened_on,
        last_activity_on,
        expected_close_on,
        closed_on,
        result,
        {{ mapped_reason('latest.lost_reason_code') }} as lost_reason_code,
        competitor_id,
        reschedule_count,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
    {{ reason_joins('latest.source_system', 'latest.lost_reason_code') }}
)

select * from final
