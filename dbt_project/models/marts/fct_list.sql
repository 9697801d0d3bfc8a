-- Delivered lists with the sha256 of their file, then today's lists; today's sha256 is known once they are delivered.
with history as (
    select * from {{ ref('int_allocation__list_history') }}
),

lists as (
    select * from {{ ref('int_allocation__list') }}
),

final as (
    select
        list_id,
        campaign_id,
        channel,
        frozen_on,
        anchor_on,
        frozen_at,
        valid_until_on,
        window_end_on,
        row_count,
        cast(null as integer) as attempt_cap,
        cast(null as string) as enclosure_code,
        list_sha256 as sha256,
        approved_by
    from history

    union all

    select
        list_id,
        campaign_id,
        channel,
        {{ as_of() }} as frozen_on,
        anchor_on,
        frozen_at,
        valid_until_on,
        window_end_on,
        row_count,
        attempt_cap,
        enclosure_code,
        cast(null as string) as sha256,
        approved_by
    from lists
)

select * from final
