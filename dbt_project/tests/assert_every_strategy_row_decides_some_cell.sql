-- Rows of the strategy table that no cell of the grid follows: a row above them takes all their cells, or they name an unknown band.
with strategies as (
    select * from {{ rule_in_force('rule_strategy') }}
),

grid as (
    select * from {{ ref('int_segment__grid') }}
)

select
    strategies.precedence_no,
    strategies.strategy_code
from strategies
left join grid on strategies.precedence_no = grid.precedence_no
where grid.precedence_no is null
