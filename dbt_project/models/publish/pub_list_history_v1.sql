-- What publish remembers of today's lists: keys only, hold-outs too, in the columns of the entity list_rows.
with assignments as (
    select * from {{ ref('fct_assignment') }}
    where frozen_on = {{ as_of() }}
),

final as (
    select
        {{ as_of() }} as as_of,
        list_id,
        list_row_id,
        cast(null as string) as list_sha256,
        campaign_id,
        person_id,
        cluster_id,
        channel,
        cell,
        stratum,
        tier_code as tier,
        anchor_on,
        approved_by
    from assignments
)

select * from final
