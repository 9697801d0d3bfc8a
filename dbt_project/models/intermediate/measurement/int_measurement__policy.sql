-- Under which rules this run decides.
with final as (
    select policy_version
    from {{ source('ops', 'policy') }}
)

select * from final
