-- The hash of all rule tables in force for this run, written before the build.
with final as (
    select
        policy_version,
        as_of
    from {{ source('ops', 'policy') }}
)

select * from final
