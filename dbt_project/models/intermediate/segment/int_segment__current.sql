-- Where every party stands on each axis. Every party falls into exactly one band of each dimension, one cell of the grid with its
-- strategy, and, if it ever bought, one of the ten CPM classes.
with measures as (
    select * from {{ ref('int_segment__measure') }}
),

bands as (
    select * from {{ rule_in_force('rule_segment') }}
),

class_rules as (
    select * from {{ rule_in_force('rule_customer_class') }}
),

scores as (
    select * from {{ ref('int_segment__rfm') }}
),

grid as (
    select * from {{ ref('int_segment__grid') }}
),

-- a band is looked up once for each value that occurs
{% set axes = {'recency': 'recency_days', 'frequency': 'order_count', 'monetary': 'net_12m_amount', 'duration': 'silent_days'} %}
{% for band, value in axes.items() %}
{{ band }}_values as (
    select distinct {{ value }} from {{ ref('int_segment__measure') }}
),

{{ band }}_bands as (
    select
        {{ band }}_values.{{ value }},
        bands.band_code
    from {{ band }}_values
    inner join bands
        on bands.dimension_code = '{{ band }}'
        and (
            ({{ band }}_values.{{ value }} is null and bands.is_missing)
            or (
                not bands.is_missing
                and ({{ band }}_values.{{ value }} >= bands.lower_bound_value or bands.lower_bound_value is null)
                and ({{ band }}_values.{{ value }} < bands.upper_bound_value or bands.upper_bound_value is null)
                and {{ band }}_values.{{ value }} is not null
            )
        )
),

{% endfor %}
banded as (
    select
        measures.*,
        recency.band_code as r_band,
        frequency.band_code as f_band,
        monetary.band_code as m_band,
        duration.band_code as duration_band,
        recency.band_code || frequency.band_code || monetary.band_code || duration.band_code as segment_id
    from measures
    {% for band, value in axes.items() %}
    inner join {{ band }}_bands as {{ band }} on measures.{{ value }} is not distinct from {{ band }}.{{ value }}
    {% endfor %}
),

-- bounds are half-open: on the bound the customer belongs to the next class
classed as (
    select
        banded.*,
        case
            when banded.order_count = 0 then null
            when banded.order_count = 1 then 'first'
            when banded.tenure_days < class_rules.cpm_early_days then 'early'
            when banded.lifetime_net_amount < class_rules.cpm_loyal_amount then 'steady'
            when banded.tenure_days < class_rules.cpm_loyal_days then 'trend'
            else 'loyal'
        end as cpm_stage,
        case when banded.recency_days < class_rules.cpm_away_days then 'active' else 'away' end as cpm_presence
    from banded
    inner join class_rules on banded.business_type = class_rules.business_type
),

final as (
    select
        classed.person_id,
        classed.state,
        classed.sub_state,
        classed.recency_days,
        classed.order_count,
        classed.net_12m_amount,
        classed.silent_days,
        classed.policy_version,
        classed.r_band,
        classed.f_band,
        classed.m_band,
        classed.duration_band,
        classed.segment_id,
        grid.strategy_code,
        classed.cpm_stage || '_' || classed.cpm_presence as cpm_class,
        scores.r_score,
        scores.f_score,
        scores.m_score,
        scores.rfm_score,
        classed.order_count_12m,
        classed.visits_per_month,
        classed.days_since_touch,
        classed.lifetime_margin_amount,
        classed.business_type,
        classed.industry_code,
        classed.employee_band,
        classed.region_ja
    from classed
    inner join grid on classed.business_type = grid.business_type and classed.segment_id = grid.segment_id
    left join scores on classed.person_id = scores.person_id
)

select * from final
