-- A day that should have been let go: neither the run's as_of nor the end of a month.
with kept as (
    select distinct 'fct_decision' as mart, as_of from {{ ref('fct_decision') }}
    union all
    select distinct 'fct_segment' as mart, as_of from {{ ref('fct_segment') }}
)

select mart, as_of
from kept
where as_of <> {{ as_of() }} and as_of <> last_day(as_of)
