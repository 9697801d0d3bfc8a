with latest as (
    {{ latest_as_known('inquiries', key=['inquiry_id'], event='received_at') }}
),

final as (
    select
        {{ global_id('inquiry_id') }} as inquiry_id,
        {{ global_id('party_id') }} as party_key,
        channel,
        received_at,
        category_l1,
        category_l2,
        category_l3,
        is_complaint,
        severity,
        status,
        first_response_at,
        closed_at,
        resolution_code,
        reopened_count,
        csat,
        nps,
        inquiry_text,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
