-- Which state each party was in, half-open [valid_from, valid_to), an open end is today.
with final as (
    select
        person_id,
        valid_from,
        valid_to,
        state,
        sub_state,
        rule_ids,
        policy_version
    from {{ ref('int_dormancy__state_spell') }}
)

select * from final
