{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- What happened around the party: competitors, prices and rules of its category or industry, and how the category did.
with spells as (
    select * from {{ concerned(ref('int_cause__spell')) }}
),

patterns as (
    select * from {{ concerned(ref('int_cause__pattern')) }}
),

market_events as (
    select * from {{ ref('stg_market_events') }}
),

market_signals as (
    select * from {{ ref('market_signals') }}
),

markets as (
    select * from {{ ref('int_cause__market') }}
),

rules as (
    select * from {{ rule_in_force('rule_cause') }}
),

placed as (
    select
        spells.person_id,
        spells.spell_no,
        spells.last_active_on,
        spells.expected_on,
        least(spells.known_until_on, {{ as_of() }}) as known_until_on,
        spells.industry_code,
        patterns.category_l1
    from spells
    left join patterns on spells.person_id = patterns.person_id and spells.spell_no = patterns.spell_no
),

-- the category a party bought from and the industry it is of are what a market event may be about
areas as (
    select placed.*, 'category' as scope, category_l1 as scope_value from placed
    union all
    select placed.*, 'industry' as scope, industry_code as scope_value from placed
),

happened as (
    select
        areas.person_id,
        areas.spell_no,
        rules.signal_code,
        rules.cause_code,
        case rules.strength_code when 'D' then market_events.from_on else areas.expected_on end as event_on,
        market_events.scope_value as word_a,
        cast(null as string) as word_b,
        'market_events:' || market_events.event_id as evidence_refs
    from areas
    inner join market_events on areas.scope = market_events.scope and areas.scope_value = market_events.scope_value
    inner join market_signals on market_events.scope = market_signals.scope and market_events.kind = market_signals.kind
    inner join rules on market_signals.signal_code = rules.signal_code
    where
        market_events.from_on <= {{ add_days('areas.expected_on', 'rules.after_days') }}
        and market_events.from_on <= areas.known_until_on
        and coalesce(market_events.to_on, market_events.from_on) >= {{ add_days(
            "case rules.window_anchor when 'expected' then areas.expected_on else areas.last_active_on end", '-rules.before_days'
        ) }}
),

fell as (
    select
        placed.person_id,
        placed.spell_no,
        rules.signal_code,
        rules.cause_code,
        placed.expected_on as event_on,
        placed.category_l1 as word_a,
        cast(cast(round(markets.yoy_ratio * rules.scale_ratio) as integer) as string) as word_b,
        'category_months:' || markets.category_l1 || '|' || cast(markets.month_on as string) as evidence_refs
    from placed
    inner join markets
        on placed.category_l1 = markets.category_l1
        and {{ month_start('placed.expected_on') }} = markets.month_on
    inner join rules on rules.signal_code = 'market_fall'
    where markets.earlier_order_count >= rules.limit_count and markets.yoy_ratio <= rules.limit_ratio
),

signals as (
    select * from happened
    union all
    select * from fell
),

final as (
    select
        person_id,
        spell_no,
        signal_code,
        cause_code,
        event_on,
        cast(1 as double) as intensity_ratio,
        word_a,
        word_b,
        cast(null as string) as word_c,
        cast(null as integer) as silent_days,
        cast(1 as integer) as event_count,
        evidence_refs
    from signals
)

select * from final
