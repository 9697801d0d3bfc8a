{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- What became of the products the party used to buy: ended, or dearer.
with spells as (
    select * from {{ concerned(ref('int_cause__spell')) }}
),

orders as (
    select * from {{ concerned(ref('int_activity__order')) }}
    where is_valid and person_id is not null
),

lines as (
    select * from {{ ref('stg_order_lines') }}
    where line_type = 'goods' and product_id is not null
),

ended_products as (
    select * from {{ ref('stg_products') }}
    where discontinued_on is not null
),

dearer_products as (
    select
        prices.product_id,
        products.name,
        cast(prices.known_at as date) as changed_on,
        {{ ratio('prices.list_price', 'prices.previous_list_price') }} - 1 as rise_ratio
    from {{ ref('stg_product_prices') }} as prices
    inner join {{ ref('stg_products') }} as products on prices.product_id = products.product_id
    where prices.list_price > prices.previous_list_price
),

rules as (
    select * from {{ rule_in_force('rule_cause') }}
),

-- only products something happened to are worth the join
touched_lines as (
    select distinct
        orders.person_id,
        orders.ordered_on,
        lines.product_id
    from lines
    inner join orders on lines.order_id = orders.order_id
    where
        lines.product_id in (select product_id from ended_products)
        or lines.product_id in (select product_id from dearer_products)
),

ended as (
    select
        spells.person_id,
        spells.spell_no,
        spells.last_active_on,
        spells.last_order_on,
        rules.signal_code,
        rules.cause_code,
        rules.limit_days,
        ended_products.discontinued_on as event_on,
        ended_products.product_id,
        ended_products.name,
        count(*) as bought_day_count
    from spells
    inner join touched_lines on spells.person_id = touched_lines.person_id
    inner join ended_products on touched_lines.product_id = ended_products.product_id
    inner join rules on rules.signal_code = 'discontinued'
    where
        touched_lines.ordered_on <= spells.last_order_on
        and touched_lines.ordered_on > {{ add_days('spells.last_order_on', '-rules.limit_days') }}
        and ended_products.discontinued_on >= spells.last_order_on
        and ended_products.discontinued_on <= least(spells.expected_on, spells.known_until_on, {{ as_of() }})
    group by all
),

-- how regularly it was bought says how much it will be missed
order_days as (
    select
        ended.person_id,
        ended.spell_no,
        ended.product_id,
        count(*) as day_count
    from ended
    inner join {{ concerned(ref('int_activity__order_day')) }} as days on ended.person_id = days.person_id
    where
        days.ordered_on <= ended.last_order_on
        and days.ordered_on > {{ add_days('ended.last_order_on', '-ended.limit_days') }}
    group by ended.person_id, ended.spell_no, ended.product_id
),

dearer as (
    select
        spells.person_id,
        spells.spell_no,
        rules.signal_code,
        rules.cause_code,
        rules.scale_ratio,
        spells.expected_on as event_on,
        dearer_products.product_id,
        dearer_products.name,
        max(dearer_products.rise_ratio) as rise_ratio
    from spells
    inner join touched_lines
        on spells.person_id = touched_lines.person_id and spells.last_order_on = touched_lines.ordered_on
    inner join dearer_products on touched_lines.product_id = dearer_products.product_id
    inner join rules on rules.signal_code = 'price_rise'
    where
        dearer_products.rise_ratio >= rules.limit_ratio
        and dearer_products.changed_on >= spells.last_order_on
        and dearer_products.changed_on <= least(spells.expected_on, spells.known_until_on, {{ as_of() }})
    group by all
),

final as (
    select
        ended.person_id,
        ended.spell_no,
        ended.signal_code,
        ended.cause_code,
        ended.event_on,
        {{ ratio('ended.bought_day_count', 'order_days.day_count') }} as intensity_ratio,
        ended.name as word_a,
        cast(null as string) as word_b,
        cast(null as string) as word_c,
        cast(null as integer) as silent_days,
        cast(1 as integer) as event_count,
        'products:' || ended.product_id as evidence_refs
    from ended
    inner join order_days
        on ended.person_id = order_days.person_id
        and ended.spell_no = order_days.spell_no
        and ended.product_id = order_days.product_id
    union all
    select
        person_id,
        spell_no,
        signal_code,
        cause_code,
        event_on,
        cast(1 as double) as intensity_ratio,
        name as word_a,
        cast(cast(round(rise_ratio * scale_ratio) as integer) as string) as word_b,
        cast(null as string) as word_c,
        cast(null as integer) as silent_days,
        cast(1 as integer) as event_count,
        'products:' || product_id as evidence_refs
    from dearer
)

select * from final
