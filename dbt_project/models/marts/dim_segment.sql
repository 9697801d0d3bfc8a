-- Every cell of the segment grid with its names and its strategy.
with grid as (
    select * from {{ ref('int_segment__grid') }}
),

strategies as (
    select * from {{ ref('strategies') }}
),

final as (
    select
        grid.business_type,
        grid.segment_id,
        grid.r_band,
        grid.f_band,
        grid.m_band,
        grid.duration_band,
        grid.segment_label_ja,
        grid.strategy_code,
        strategies.label_ja as strategy_label_ja,
        strategies.description_ja as strategy_ja
    from grid
    left join strategies on grid.strategy_code = strategies.strategy_code
)

select * from final
