-- Who was assigned before as_of, from the delivered lists; an assignment is open until its window ends,
-- and as long as its campaign runs: nobody is assigned twice in one campaign.
with list_rows as (
    select * from {{ ref('stg_list_rows') }}
),

campaigns as (
    select * from {{ rule_in_force('rule_campaign') }}
),

final as (
    select
        list_rows.campaign_id,
        list_rows.person_id,
        list_rows.cluster_id,
        list_rows.list_id,
        list_rows.list_row_id,
        list_rows.list_sha256,
        list_rows.channel,
        list_rows.cell,
        list_rows.stratum,
        list_rows.tier as tier_code,
        list_rows.anchor_on,
        {{ add_days('list_rows.anchor_on', 'campaigns.window_days') }} as window_end_on,
        (
            {{ as_of() }} < {{ add_days('list_rows.anchor_on', 'campaigns.window_days') }}
            or list_rows.campaign_id = campaigns.campaign_code || '-' || {{ year_month(as_of()) }}
        ) as is_open,
        list_rows.approved_by
    from list_rows
    inner join campaigns on list_rows.campaign_id like campaigns.campaign_code || '-%'
    where list_rows.anchor_on < {{ as_of() }}
)

select * from final
