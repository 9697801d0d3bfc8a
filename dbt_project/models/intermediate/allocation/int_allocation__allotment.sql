-- Greedy in passes: everybody's first option by rank until the channel's day is full, then the next option of who is left.
-- A hold-out gets the place it would have had: its rank lies above the cut-off of the same pass and channel.
{% set passes = 3 %}
with options_1 as (
    select person_id, cell, rank_no, channel, option_no
    from {{ ref('int_allocation__option') }}
    where option_no is not null
),

capacity_1 as (
    select channel, daily_capacity_count as capacity_count
    from {{ rule_in_force('rule_channel_capacity') }}
),

{% for pass in range(1, passes + 1) %}
tried_{{ pass }} as (
    select
        *,
        sum(case when cell = 'treat' then 1 else 0 end) over (
            partition by channel order by rank_no, person_id rows between unbounded preceding and current row
        ) as treat_no
    from options_{{ pass }}
    where option_no = 1
),

-- a hold-out takes no place; it stands where the next treated party would
accepted_{{ pass }} as (
    select tried_{{ pass }}.person_id, tried_{{ pass }}.cell, tried_{{ pass }}.rank_no, tried_{{ pass }}.channel
    from tried_{{ pass }}
    inner join capacity_{{ pass }} on capacity_{{ pass }}.channel = tried_{{ pass }}.channel
    where
        tried_{{ pass }}.treat_no <= capacity_{{ pass }}.capacity_count
        and (tried_{{ pass }}.cell = 'treat' or tried_{{ pass }}.treat_no < capacity_{{ pass }}.capacity_count)
),

{% if not loop.last %}
options_{{ pass + 1 }} as (
    select
        options_{{ pass }}.person_id,
        options_{{ pass }}.cell,
        options_{{ pass }}.rank_no,
        options_{{ pass }}.channel,
        options_{{ pass }}.option_no - 1 as option_no
    from options_{{ pass }}
    left join accepted_{{ pass }} on accepted_{{ pass }}.person_id = options_{{ pass }}.person_id
    where accepted_{{ pass }}.person_id is null and options_{{ pass }}.option_no > 1
),

used_{{ pass }} as (
    select channel, count(*) as used_count
    from accepted_{{ pass }}
    where cell = 'treat'
    group by channel
),

capacity_{{ pass + 1 }} as (
    select
        capacity_{{ pass }}.channel,
        capacity_{{ pass }}.capacity_count - coalesce(used_{{ pass }}.used_count, 0) as capacity_count
    from capacity_{{ pass }}
    left join used_{{ pass }} on used_{{ pass }}.channel = capacity_{{ pass }}.channel
),

{% endif %}
{% endfor %}
final as (
    select person_id, cell, channel, rank_no from accepted_1
    union all
    select person_id, cell, channel, rank_no from accepted_2
    union all
    select person_id, cell, channel, rank_no from accepted_3
)

select * from final
