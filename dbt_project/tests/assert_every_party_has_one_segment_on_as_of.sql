-- Parties with a state of their own that fall into no segment today, and segments of nobody.
with parties as (
    select person_id
    from {{ ref('dim_person') }}
    where account_id is null
),

segments as (
    select person_id
    from {{ ref('fct_segment') }}
    where as_of = {{ as_of() }}
)

select coalesce(parties.person_id, segments.person_id) as person_id
from parties
full outer join segments on parties.person_id = segments.person_id
where parties.person_id is null or segments.person_id is null
