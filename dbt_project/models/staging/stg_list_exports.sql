with latest as (
    {{ latest_as_known('list_exports', key=['list_id', 'recipient'], event='exported_at') }}
),

final as (
    select
        list_id,
        campaign_id,
        channel,
        recipient_type,
        recipient,
        row_count,
        file_sha256,
        encrypted,
        exported_at,
        exported_by,
        purpose,
        return_due,
        returned_at,
        destroyed_at,
        certificate_ref,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
