with latest as (
    {{ latest_as_known('inquiries', key=['inquiry_id'], event='received_at') }}
),

keyed as (
    select
        *,
        {{ global_id('inquiry_id') }} as inquiry_key
    from latest
),

final as (
    select
        keyed.inquiry_key as inquiry_id,
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
        coalesce(masked.masked_text, keyed.inquiry_text) as inquiry_text,
        masked.text_key is not null as is_masked,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from keyed
    left join {{ masked_texts('keyed', 'inquiry_key', 'inquiry_text') }} as masked on keyed.inquiry_key = masked.text_key
)

select * from final
