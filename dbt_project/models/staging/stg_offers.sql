with latest as (
    {{ latest_as_known('offers', key=['offer_id'], event='valid_from_on') }}
),

final as (
    select
        offer_id,
        kind,
        value,
        valid_from_on,
        valid_to_on,
        is_truly_expiring,
        regrant_block_days,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
