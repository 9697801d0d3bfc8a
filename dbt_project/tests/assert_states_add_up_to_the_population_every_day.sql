-- Days on which the states do not hold exactly the parties known by then.
with changes as (
    select
        first_fact_on as changed_on,
        1 as population_change,
        0 as state_change
    from {{ ref('dim_person') }}
    where account_id is null
    union all
    select valid_from as changed_on, 0 as population_change, 1 as state_change
    from {{ ref('fct_state_spell') }}
    union all
    select valid_to as changed_on, 0 as population_change, -1 as state_change
    from {{ ref('fct_state_spell') }}
    where valid_to is not null
),

days as (
    select
        changed_on,
        sum(population_change) as population_change,
        sum(state_change) as state_change
    from changes
    group by changed_on
),

totals as (
    select
        changed_on,
        sum(population_change) over (order by changed_on) as population_count,
        sum(state_change) over (order by changed_on) as state_count
    from days
)

select *
from totals
where population_count != state_count
