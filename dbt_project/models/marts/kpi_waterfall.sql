with final as (
    select
        as_of,
        step_no,
        step,
        reason_code,
        step_label_ja,
        label_ja,
        is_leaf,
        party_count
    from {{ ref('int_measurement__waterfall') }}
)

select * from final
