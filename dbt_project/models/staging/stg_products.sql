with latest as (
    {{ latest_as_known('products', key=['product_id'], absence_deletes=true) }}
),

final as (
    select
        {{ global_id('product_id') }} as product_id,
        jan,
        name,
        category_l1,
        category_l2,
        list_price,
        cost,
        usage_days,
        season_from,
        season_to,
        lead_time_days,
        lifecycle,
        discontinued_on,
        {{ global_id('successor_id') }} as successor_product_id,
        min_age,
        claim_regulated,
        updated_at,
        source_system,
        known_at,
        first_known_at,
        purposes
    from latest
)

select * from final
