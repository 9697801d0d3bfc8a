-- Valid orders, net of discount, points, returns and refunds. Orders without a known party stay as revenue.
with final as (
    select
        order_id,
        person_id,
        ordered_at,
        ordered_on,
        order_type,
        status,
        channel,
        campaign_code,
        subscription_id,
        is_trial,
        category_l1,
        qty,
        net_amount,
        source_net_amount,
        currency_code,
        margin_amount,
        margin_basis
    from {{ ref('int_activity__order') }}
    where is_valid
)

select * from final
