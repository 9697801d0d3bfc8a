{{ config(materialized='replaced', meta={'replace_by': 'person', 'with_neighbours': true}) }}
-- Every address and number of a party once: the source's own records of them, and the columns of customers, contacts, accounts.
-- Mail addresses that differ in case are one (N30); the form that the source records, else the earliest, is the written one.
with parties as (
    select * from {{ ref('int_identity__party') }}
),

names as (
    select * from {{ ref('int_identity__name') }}
),

identity_rule as (
    select * from {{ rule_in_force('rule_identity') }}
),

recorded as (
    select
        contact_point_id,
        party_key,
        type as point_type,
        value_norm,
        rank as source_rank,
        coalesce(is_shared, false) as is_shared,
        coalesce(is_valid, true) as is_valid,
        coalesce(bounce_count, 0) as bounce_count,
        cast(first_known_at as date) as first_seen_on
    from {{ ref('stg_contact_points') }}
    where value_norm is not null
),

column_values as (
    select customer_key as party_key, 'email' as point_type, email as value_norm, first_known_at from {{ ref('stg_customers') }}
    union all
    select customer_key, 'phone', phone, first_known_at from {{ ref('stg_customers') }}
    union all
    select customer_key, 'fax', fax, first_known_at from {{ ref('stg_customers') }}
    union all
    select contact_key, 'email', email, first_known_at from {{ ref('stg_contacts') }} where left_at is null
    union all
    select contact_key, 'phone', phone_direct, first_known_at from {{ ref('stg_contacts') }} where left_at is null
    union all
    select account_key, 'phone', phone, first_known_at from {{ ref('stg_accounts') }}
    union all
    select account_key, 'fax', fax, first_known_at from {{ ref('stg_accounts') }}
    union all
    select
        parties.party_key,
        'postal' as point_type,
        names.postal_code || coalesce(names.prefecture_code, '') || coalesce(names.city, '')
        || coalesce(names.address_line1, '') || coalesce(names.address_line2, '') as value_norm,
        parties.first_known_at
    from names
    inner join parties on names.person_id = parties.person_id
    where names.postal_code is not null and coalesce(names.address_line1, names.city) is not null and names.left_on is null
),

points as (
    select * from recorded
    union all
    select
        cast(null as string) as contact_point_id,
        party_key,
        point_type,
        value_norm,
        cast(null as bigint) as source_rank,
        false as is_shared,
        true as is_valid,
        0 as bounce_count,
        cast(first_known_at as date) as first_seen_on
    from column_values
    where value_norm is not null
),

{% if is_partial() -%}
changed_members as (
    select * from {{ of_changed_people(ref('int_identity__member')) }}
),

-- whoever shared a value with them, or does now, may share it no more, or from now on
people as (
    select person_id from ops.changed_person
    union
    select person_id from {{ this }}
    where value_hash in (
        select value_hash from {{ of_changed_people(this) }}
        union
        select {{ value_hash(contact_key('points.point_type', 'points.value_norm')) }}
        from points
        inner join changed_members on points.party_key = changed_members.party_key
    )
),

members as (
    select * from {{ ref('int_identity__member') }}
    where person_id in (select person_id from people)
),
{%- else -%}
members as (
    select * from {{ ref('int_identity__member') }}
),
{%- endif %}

keyed as (
    select
        members.person_id,
        points.*,
        {{ contact_key('points.point_type', 'points.value_norm') }} as value_key
    from points
    inner join members on points.party_key = members.party_key
),

written as (
    select
        person_id,
        point_type,
        value_key,
        value_norm
    from keyed
    qualify row_number() over (
        partition by person_id, point_type, value_key
        order by source_rank nulls last, contact_point_id nulls last, first_seen_on, value_norm
    ) = 1
),

-- a value that is both recorded and a column is one point; the source's record of it wins
merged as (
    select
        points.person_id,
        points.point_type,
        points.value_key,
        min(points.contact_point_id) as source_contact_point_id,
        min(points.source_rank) as source_rank,
        max(case when points.is_shared then 1 else 0 end) = 1 as is_marked_shared,
        min(case when points.is_valid then 1 else 0 end) = 1 as is_valid,
        max(points.bounce_count) as bounce_count,
        min(points.first_seen_on) as first_seen_on
    from keyed as points
    group by points.person_id, points.point_type, points.value_key
),

hashed as (
    select
        *,
        {{ value_hash('value_key') }} as value_hash
    from merged
),

holders as (
    select person_id, point_type, value_hash from hashed
    {%- if is_partial() %}
    union all
    select person_id, point_type, value_hash from {{ this }}
    where value_hash in (select value_hash from hashed) and person_id not in (select person_id from people)
    {%- endif %}
),

-- N19: the number of three persons, or of an account and somebody else, belongs to nobody alone
sharing as (
    select
        holders.point_type,
        holders.value_hash,
        count(*) as person_count,
        max(case when parties.party_type = 'account' then 1 else 0 end) = 1 as is_of_account
    from holders
    inner join parties on holders.person_id = parties.person_id
    group by holders.point_type, holders.value_hash
),

final as (
    select
        coalesce(
            merged.source_contact_point_id,
            'cp_' || {{ hash16(['merged.person_id', 'merged.point_type', 'merged.value_key']) }}
        ) as contact_point_id,
        merged.person_id,
        merged.point_type,
        written.value_norm,
        merged.value_hash,
        cast(row_number() over (
            partition by merged.person_id, merged.point_type
            order by merged.source_rank nulls last, merged.first_seen_on, merged.value_key
        ) as integer) as rank,
        merged.is_valid,
        (
            merged.is_marked_shared
            or sharing.person_count >= identity_rule.shared_min_person_count
            or (sharing.is_of_account and sharing.person_count > 1)
        ) as is_shared,
        cast(merged.bounce_count as bigint) as bounce_count,
        merged.first_seen_on
    from hashed as merged
    inner join written
        on merged.person_id = written.person_id and merged.point_type = written.point_type and merged.value_key = written.value_key
    inner join sharing on merged.point_type = sharing.point_type and merged.value_hash = sharing.value_hash
    cross join identity_rule
)

select * from final
