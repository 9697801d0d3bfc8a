-- Every cell of the grid (business × recency × frequency × amount × duration) and its strategy: of the rows of rule_strategy that fit,
-- the one with the smallest precedence_no. A * fits every band.
with bands as (
    select * from {{ rule_in_force('rule_segment') }}
),

businesses as (
    select business_type from {{ rule_in_force('rule_value') }}
),

strategies as (
    select * from {{ rule_in_force('rule_strategy') }}
),

cells as (
    select
        businesses.business_type,
        {% for band in ['recency', 'frequency', 'monetary', 'duration'] -%}
        {{ band }}.band_code as {{ band }}_code,
        {{ band }}.label_ja as {{ band }}_label_ja,
        {% endfor -%}
        recency.band_code || frequency.band_code || monetary.band_code || duration.band_code as segment_id
    from businesses
    cross join bands as recency
    cross join bands as frequency
    cross join bands as monetary
    cross join bands as duration
    where
        recency.dimension_code = 'recency'
        and frequency.dimension_code = 'frequency'
        and monetary.dimension_code = 'monetary'
        and duration.dimension_code = 'duration'
),

final as (
    select
        cells.business_type,
        cells.segment_id,
        cells.recency_code as r_band,
        cells.frequency_code as f_band,
        cells.monetary_code as m_band,
        cells.duration_code as duration_band,
        concat(
            cells.recency_label_ja, '／', cells.frequency_label_ja, '／', cells.monetary_label_ja, '／', cells.duration_label_ja
        ) as segment_label_ja,
        strategies.strategy_code,
        strategies.precedence_no
    from cells
    left join strategies
        on strategies.business_type in ('*', cells.business_type)
        and strategies.r_band in ('*', cells.recency_code)
        and strategies.f_band in ('*', cells.frequency_code)
        and strategies.m_band in ('*', cells.monetary_code)
        and strategies.duration_band in ('*', cells.duration_code)
    qualify row_number() over (
        partition by cells.business_type, cells.segment_id order by strategies.precedence_no
    ) = 1
)

select * from final
