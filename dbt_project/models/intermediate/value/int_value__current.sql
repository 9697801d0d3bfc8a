-- What a party was worth before it fell asleep, and what may still come of it.
with parties as (
    select * from {{ ref('int_segment__party') }}
),

scores as (
    select * from {{ ref('int_value__score') }}
),

valued as (
    select
        parties.person_id,
        parties.business_type,
        parties.state = 'dormant' as is_dormant,
        {{ ratio('parties.tenure_days', 'parties.order_day_count - 1') }} as average_gap_days,
        parties.order_count,
        parties.lifetime_net_amount,
        parties.margin_12m_amount as pre_margin_12m_amount
    from parties
),

predicted as (
    select
        person_id,
        p_alive,
        return_likelihood,
        expected_orders,
        predicted_order_count,
        {{ money('expected_orders * expected_order_amount') }} as expected_value_amount,
        {{ money('predicted_order_count * expected_order_amount') }} as predicted_clv_amount,
        1 - p_alive as churn_probability,
        {{ add_days(as_of(), 'ceil(' ~ round6('next_order_days') ~ ')') }} as expected_next_order_on
    from scores
),

-- the value of a dormant party is its place among the dormant ones of its business: how many have its margin or less, counted
-- once for each margin that occurs
margins as (
    select
        business_type,
        is_dormant,
        pre_margin_12m_amount,
        count(*) as party_count
    from valued
    group by business_type, is_dormant, pre_margin_12m_amount
),

places as (
    select
        business_type,
        is_dormant,
        pre_margin_12m_amount,
        {{ round9(ratio(
            'sum(party_count) over (partition by business_type, is_dormant order by pre_margin_12m_amount)',
            'sum(party_count) over (partition by business_type, is_dormant)'
        )) }} as value_share
    from margins
),

final as (
    select
        valued.person_id,
        valued.pre_margin_12m_amount,
        places.value_share,
        predicted.p_alive,
        predicted.return_likelihood,
        predicted.expected_orders,
        predicted.expected_value_amount,
        predicted.predicted_order_count,
        predicted.predicted_clv_amount,
        {{ money('valued.lifetime_net_amount + predicted.predicted_clv_amount') }} as total_clv_amount,
        {{ round9('valued.average_gap_days') }} as average_gap_days,
        {{ money('valued.lifetime_net_amount / nullif(valued.order_count, 0)') }} as average_order_value_amount,
        predicted.churn_probability,
        predicted.expected_next_order_on
    from valued
    inner join predicted on valued.person_id = predicted.person_id
    inner join places
        on valued.business_type = places.business_type
        and valued.is_dormant = places.is_dormant
        and valued.pre_margin_12m_amount = places.pre_margin_12m_amount
)

select * from final
