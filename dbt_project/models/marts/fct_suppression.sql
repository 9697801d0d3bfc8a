with suppressions as (
    select * from {{ ref('int_eligibility__suppression') }}
),

final as (
    select
        subject_type,
        subject_id,
        channel,
        suppression_code,
        from_on,
        until_on,
        is_in_force,
        label_ja,
        is_hard,
        legal_basis,
        priority_no,
        evidence_ref
    from suppressions
)

select * from final
