{{ config(materialized='replaced', meta={'replace_by': 'block'}, post_hook='{{ note_touched_keys() }}') }}
-- Which records share a key, since when, by which rule. Records of one block are one party, so a block of n records has n rows,
-- never n×n. A block ends when it grows beyond its rule's size (then the value is shared or a dummy), or when two different
-- corporate numbers, dates of birth on one telephone, or names of contacts on one address, meet in it. What people decided is a
-- block of two. A link with a scope holds only between records whose scopes (the contacts' accounts) are one party.
with keys as (
    select party_key, match_rule, block_key, cast(null as string) as scope_key, known_at, veto_value
    from {{ of_touched_blocks(ref('int_identity__key')) }}
    union all
    select party_key, match_rule, block_key, scope_key, known_at, veto_value
    from {{ of_touched_blocks(ref('int_identity__contact_key')) }}
),

match_rules as (
    select * from {{ rule_in_force('rule_identity_match') }}
),

decided as (
    select * from {{ ref('rule_identity_override') }}
    where action = 'merge' and valid_from <= {{ as_of() }}
),

numbered as (
    select
        keys.*,
        match_rules.score,
        match_rules.block_max_count,
        row_number() over (partition by keys.block_key order by keys.known_at, keys.party_key) as entry_no
    from keys
    inner join match_rules on keys.match_rule = match_rules.match_rule
),

vetoes as (
    select
        block_key,
        veto_value,
        min(known_at) as known_at,
        row_number() over (partition by block_key order by min(known_at), veto_value) as veto_no
    from keys
    where veto_value is not null
    group by block_key, veto_value
),

vetoed as (
    select block_key, min(known_at) as vetoed_at
    from vetoes
    where veto_no > 1
    group by block_key
),

blocks as (
    select
        block_key,
        count(*) as record_count,
        min(case when entry_no > block_max_count then known_at end) as outgrown_at
    from numbered
    group by block_key
),

by_rule as (
    select
        numbered.party_key,
        numbered.match_rule,
        numbered.block_key,
        numbered.scope_key,
        numbered.score,
        numbered.known_at as valid_from,
        least(blocks.outgrown_at, vetoed.vetoed_at) as valid_to,
        numbered.match_rule || ':' || numbered.block_key as evidence_ref
    from numbered
    inner join blocks on numbered.block_key = blocks.block_key
    left join vetoed on numbered.block_key = vetoed.block_key
    where blocks.record_count > 1
),

decided_sides as (
    select left_source_system || ':' || left_source_id as party_key, decided.* from decided
    union all
    select right_source_system || ':' || right_source_id as party_key, decided.* from decided
),

by_people as (
    select
        decided_sides.party_key,
        match_rules.match_rule,
        {{ hash16(['left_source_system', 'left_source_id', 'right_source_system', 'right_source_id', 'decided_sides.valid_from']) }} as block_key,
        cast(null as string) as scope_key,
        match_rules.score,
        cast(decided_sides.valid_from as timestamp) as valid_from,
        cast(decided_sides.valid_to as timestamp) as valid_to,
        match_rules.match_rule || ':' || decided_sides.owner || ':' || decided_sides.basis as evidence_ref
    from decided_sides
    inner join match_rules on match_rules.match_rule = 'MANUAL'
),

final as (
    select * from by_rule
    where valid_to is null or valid_from < valid_to
    union all
    select * from by_people
)

select * from final
