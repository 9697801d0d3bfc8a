-- Today's list rows, today's decisions for a channel, today's treated assignments and the lists' own row counts are one number.
with decided as (
    select channel, count(*) as decided_count
    from {{ ref('fct_decision') }}
    where as_of = {{ as_of() }} and outcome = channel
    group by channel
),

listed as (
    select channel, count(*) as listed_count
    from {{ ref('fct_target') }}
    where frozen_on = {{ as_of() }}
    group by channel
),

assigned as (
    select channel, count(*) as assigned_count
    from {{ ref('fct_assignment') }}
    where frozen_on = {{ as_of() }} and cell = 'treat'
    group by channel
)

select
    lists.list_id,
    lists.row_count,
    decided.decided_count,
    listed.listed_count,
    assigned.assigned_count
from {{ ref('fct_list') }} as lists
left join decided on decided.channel = lists.channel
left join listed on listed.channel = lists.channel
left join assigned on assigned.channel = lists.channel
where
    lists.frozen_on = {{ as_of() }}
    and (
        lists.row_count <> coalesce(decided.decided_count, 0)
        or lists.row_count <> coalesce(listed.listed_count, 0)
        or lists.row_count <> coalesce(assigned.assigned_count, 0)
    )
