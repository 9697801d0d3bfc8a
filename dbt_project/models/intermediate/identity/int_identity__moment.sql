{{ config(materialized='replaced', meta={'replace_by': 'circle'}) }}
-- The records of a circle at every moment when something in the circle changed, with the blocks that then joined them.
-- A record that stands alone is joined to nobody by the rules; only what people decided joins it.
with circles as (
    select * from {{ of_circles(ref('int_identity__circle')) }}
),

links as (
    select * from {{ of_circles(ref('int_identity__link')) }}
),

starts as (
    select * from {{ of_circles(ref('int_identity__start')) }}
),

splits as (
    select
        left_source_system || ':' || left_source_id as party_key,
        cast(valid_from as timestamp) as valid_from,
        cast(valid_to as timestamp) as valid_to
    from {{ ref('rule_identity_override') }}
    where action = 'split' and valid_from <= {{ as_of() }}
),

changes as (
    select circles.circle_id, links.valid_from as changed_at
    from links
    inner join circles on links.party_key = circles.party_key
    union
    select circles.circle_id, links.valid_to
    from links
    inner join circles on links.party_key = circles.party_key
    where links.valid_to is not null
    union
    select circles.circle_id, splits.valid_from
    from splits
    inner join circles on splits.party_key = circles.party_key
    union
    select circles.circle_id, splits.valid_to
    from splits
    inner join circles on splits.party_key = circles.party_key
    where splits.valid_to is not null
    union
    select circles.circle_id, starts.first_known_at
    from starts
    inner join circles on starts.party_key = circles.party_key
),

present as (
    select
        circles.party_key,
        circles.circle_id,
        changes.changed_at
    from changes
    inner join circles on changes.circle_id = circles.circle_id
    inner join starts on circles.party_key = starts.party_key
    where starts.first_known_at <= changes.changed_at and changes.changed_at < {{ as_of_end() }}
),

apart as (
    select distinct
        present.party_key,
        present.changed_at
    from present
    inner join splits on present.party_key = splits.party_key
    where splits.valid_from <= present.changed_at and (splits.valid_to is null or present.changed_at < splits.valid_to)
),

standing as (
    select
        present.party_key,
        present.changed_at,
        links.block_key,
        links.scope_key
    from present
    inner join links on present.party_key = links.party_key
    left join apart on present.party_key = apart.party_key and present.changed_at = apart.changed_at
    where
        links.valid_from <= present.changed_at
        and (links.valid_to is null or present.changed_at < links.valid_to)
        and (apart.party_key is null or links.match_rule = 'MANUAL')
),

-- every record is there at least by itself
final as (
    select party_key, changed_at, block_key, scope_key
    from standing
    union all
    select party_key, changed_at, cast(null as string) as block_key, cast(null as string) as scope_key
    from present
)

select * from final
