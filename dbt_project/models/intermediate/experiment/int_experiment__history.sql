-- Who was assigned before as_of, from the delivered lists (known from the day after they were frozen). An assignment is open until
-- its window ends, and as long as its campaign runs: nobody is assigned twice in one campaign. It is open from the first day, also
-- where the post arrives later (anchor_on is the planned arrival). An id that has since become another party's leads
-- there; where several of them were assigned in one campaign, the party's own assignment counts, else the earliest.
with delivered as (
    select * from {{ ref('stg_list_rows') }}
),

former_ids as (
    select * from {{ ref('int_identity__former_id') }}
),

led_on as (
    select
        delivered.*,
        coalesce(former_ids.person_id, delivered.person_id) as present_person_id
    from delivered
    left join former_ids on delivered.person_id = former_ids.former_person_id
),

list_rows as (
    select
        *,
        row_number() over (
            partition by campaign_id, present_person_id
            order by person_id = present_person_id desc, anchor_on, person_id
        ) as assignment_no
    from led_on
),

campaigns as (
    select * from {{ rule_in_force('rule_campaign') }}
),

final as (
    select
        list_rows.campaign_id,
        case when list_rows.assignment_no = 1 then list_rows.present_person_id else list_rows.person_id end as person_id,
        list_rows.cluster_id,
        list_rows.list_id,
        list_rows.list_row_id,
        list_rows.list_sha256,
        list_rows.channel,
        list_rows.cell,
        list_rows.stratum,
        list_rows.tier as tier_code,
        -- what a list froze is known from the next day
        {{ add_days('cast(list_rows.known_at as date)', '-1') }} as frozen_on,
        list_rows.anchor_on,
        {{ add_days('list_rows.anchor_on', 'campaigns.window_days') }} as window_end_on,
        (
            {{ as_of() }} < {{ add_days('list_rows.anchor_on', 'campaigns.window_days') }}
            or list_rows.campaign_id = campaigns.campaign_code || '-' || {{ year_month(as_of()) }}
        ) as is_open,
        list_rows.approved_by
    from list_rows
    inner join campaigns on list_rows.campaign_id like campaigns.campaign_code || '-%'
)

select * from final
