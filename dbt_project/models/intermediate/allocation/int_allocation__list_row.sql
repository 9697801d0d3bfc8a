-- Today's places: one row per party assigned today, hold-outs with their place but in no list.
with decisions as (
    select * from {{ ref('int_allocation__decision') }}
    where is_assigned_today
),

lists as (
    select * from {{ ref('int_allocation__list') }}
),

options as (
    select * from {{ ref('int_allocation__option') }}
),

final as (
    select
        lists.list_id,
        case when lists.list_id is not null then {{ hash16(['lists.list_id', 'decisions.person_id']) }} end as list_row_id,
        decisions.campaign_id,
        decisions.person_id,
        decisions.cluster_id,
        decisions.channel,
        case when decisions.outcome = 'holdout' then 'holdout' else 'treat' end as cell,
        decisions.stratum,
        decisions.tier_code,
        decisions.rank_no,
        case
            when lists.list_id is not null
                then row_number() over (partition by decisions.channel order by decisions.rank_no, decisions.person_id)
        end as row_no,
        {{ as_of() }} as anchor_on,
        options.contact_point_id,
        options.addressee_person_id,
        options.consent_event_id,
        options.consented_at,
        lists.approved_by
    from decisions
    left join lists on lists.channel = decisions.channel
    left join options on options.person_id = decisions.person_id and options.channel = decisions.channel
)

select * from final
