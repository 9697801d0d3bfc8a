-- The classes of every party: one cell of the grid, that is exactly one band of each dimension, and, if it ever bought, three scores and
-- one of the ten CPM classes.
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
    select * from {{ ref('int_segment__score') }}
),

-- a band is looked up once for each value that occurs
{% set bands = {'recency': 'recency_days', 'frequency': 'order_count', 'monetary': 'net_12m_amount', 'duration': 'silent_days'} %}
{% for band, value in bands.items() %}
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
        recency.band_code || frequency.band_code || monetary.band_code || duration.band_code as segment_id
    from measures
    {% for band, value in bands.items() %}
    inner join {{ band }}_bands as {{ band }} on measures.{{ value }} is not distinct from {{ band }}.{{ value }}
    {% endfor %}
),

{% set scored = {'recency': 'recency_days', 'frequency': 'order_count', 'monetary': 'lifetime_net_amount'} %}
{% for axis in scored %}
{{ axis }}_scores as (
    select * from scores
    where dimension_code = '{{ axis }}'
),

{% endfor %}
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
        case when banded.recency_days < class_rules.cpm_away_days then 'active' else 'away' end as cpm_presence,
        {% for axis, value in scored.items() %}
        case when banded.order_count > 0 then cast(banded.{{ value }} as double) end as {{ axis }}_value{{ ',' if not loop.last }}
        {% endfor %}
    from banded
    inner join class_rules on banded.business_type = class_rules.business_type
),

final as (
    select
        classed.person_id,
        classed.segment_id,
        classed.cpm_stage || '_' || classed.cpm_presence as cpm_class,
        recency.axis_score as r_score,
        frequency.axis_score as f_score,
        monetary.axis_score as m_score
    from classed
    {% for axis in scored %}
    left join {{ axis }}_scores as {{ axis }}
        on classed.business_type = {{ axis }}.business_type and classed.{{ axis }}_value = {{ axis }}.axis_value
    {% endfor %}
)

select * from final
