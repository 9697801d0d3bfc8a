with final as (
    select
        month_on,
        state,
        state_no,
        label_ja,
        last_on,
        is_complete,
        opening_count,
        in_count,
        out_count,
        closing_count,
        restated_by_policy_count,
        restated_by_fact_count
    from {{ ref('int_measurement__state_flow') }}
)

select * from final
