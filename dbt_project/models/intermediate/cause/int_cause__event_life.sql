{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Changes of life: declared events, inferred ones, and a prefecture that is no longer the same.
with life_events as (
    select * from {{ ref('stg_life_events') }}
),

prefecture_versions as (
    select * from {{ ref('stg_customer_prefectures') }}
    where previous_prefecture_code is not null
),

members as (
    select * from {{ concerned(ref('int_identity__member')) }}
),

event_names as (
    select * from {{ ref('life_event_names') }}
),

prefectures as (
    select * from {{ ref('prefectures') }}
),

told as (
    select
        members.person_id,
        case when life_events.source in ('declared', 'hearing') then 'life_declared' else 'life_inferred' end as signal_code,
        life_events.occurred_on as event_on,
        coalesce(event_names.label_ja, life_events.code) as word_a,
        cast(null as string) as word_b,
        'life_events:' || life_events.party_key || '|' || life_events.code || '|' || cast(life_events.occurred_on as string) as evidence_ref
    from life_events
    inner join members on life_events.party_key = members.party_key
    left join event_names on life_events.code = event_names.code
),

moves as (
    select
        members.person_id,
        'moved' as signal_code,
        cast(prefecture_versions.known_at as date) as event_on,
        former.prefecture_ja as word_a,
        present.prefecture_ja as word_b,
        'customers:' || prefecture_versions.customer_key as evidence_ref
    from prefecture_versions
    inner join members on prefecture_versions.customer_key = members.party_key
    inner join prefectures as former on prefecture_versions.previous_prefecture_code = former.prefecture_code
    inner join prefectures as present on prefecture_versions.prefecture_code = present.prefecture_code
),

events as (
    select * from told
    union all
    select * from moves
),

final as (
    select
        person_id,
        signal_code,
        cast(null as string) as cause_code,
        event_on,
        cast(null as date) as settled_on,
        cast(null as date) as current_from_on,
        cast(null as date) as current_to_on,
        cast(1 as double) as intensity_ratio,
        word_a,
        word_b,
        evidence_ref
    from events
)

select * from final
