with latest as (
    {{ latest_as_known('list_rows', key=['campaign_id', 'person_id']) }}
),

final as (
    select
        list_id,
        list_row_id,
        list_sha256,
        campaign_id,
        person_id,
        cluster_id,
        channel,
        cell,
        stratum,
        tier,
        anchor_on,
        approved_by,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
