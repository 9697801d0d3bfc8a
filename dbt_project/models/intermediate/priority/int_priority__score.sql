-- Who first: 100 x value^.4 x recoverability^.4 x recency^.2 (weights are rule rows) over every dormant party. Recency is the
-- likelihood of return: at equal value and history it falls with every day of silence.
with dormant as (
    select * from {{ ref('int_dormancy__current') }}
    where state = 'dormant'
),

eligibility as (
    select * from {{ ref('int_eligibility__current') }}
),

value_parts as (
    select * from {{ ref('int_value__current') }}
),

causes as (
    select * from {{ ref('int_cause__ranked') }}
    where cause_rank = 1
),

parameters as (
    select * from {{ rule_in_force('rule_priority') }}
),

weights as (
    select
        max(case when parameter = 'scale' and scope = 'priority' then value_ratio end) as scale_ratio,
        max(case when parameter = 'weight' and scope = 'value' then value_ratio end) as value_weight,
        max(case when parameter = 'weight' and scope = 'recoverability' then value_ratio end) as recoverability_weight,
        max(case when parameter = 'weight' and scope = 'recency' then value_ratio end) as recency_weight,
        max(case when parameter = 'base' and scope = 'UNKNOWN' then value_ratio end) as unknown_base,
        max(case when parameter = 'response_rate' and scope = 'ALL' then value_ratio end) as response_ratio
    from parameters
),

parts as (
    select
        dormant.person_id,
        dormant.spell_no,
        dormant.dormant_on,
        eligibility.permitted_channels,
        eligibility.is_contactable and eligibility.deferred_until_on is null as is_rankable,
        causes.cause_code,
        coalesce(causes.axis, 'unknown') as cause_axis,
        coalesce(value_parts.value_share, 0) as value_part,
        coalesce(base.value_ratio, weights.unknown_base)
        * coalesce(contactability.value_ratio, 0)
        * weights.response_ratio as recoverability_part,
        coalesce(value_parts.return_likelihood, 0) as recency_part,
        value_parts.pre_margin_12m_amount,
        weights.scale_ratio,
        weights.value_weight,
        weights.recoverability_weight,
        weights.recency_weight
    from dormant
    inner join eligibility on eligibility.person_id = dormant.person_id
    cross join weights
    left join value_parts on value_parts.person_id = dormant.person_id
    left join causes on causes.person_id = dormant.person_id and causes.spell_no = dormant.spell_no
    left join parameters as base on base.parameter = 'base' and base.scope = causes.cause_code
    left join parameters as contactability
        on contactability.parameter = 'contactability'
        and contactability.scope = cast(eligibility.permitted_channel_count as string)
),

final as (
    select
        person_id,
        dormant_on,
        permitted_channels,
        is_rankable,
        coalesce(cause_code, 'UNKNOWN') as cause_code,
        cause_axis,
        {{ round9('value_part') }} as value_part,
        {{ round9('recoverability_part') }} as recoverability_part,
        {{ round9('recency_part') }} as recency_part,
        {{ round9("scale_ratio * power(value_part, value_weight) * power(recoverability_part, recoverability_weight) * power(recency_part, recency_weight)") }} as priority_score,
        pre_margin_12m_amount
    from parts
)

select * from final
