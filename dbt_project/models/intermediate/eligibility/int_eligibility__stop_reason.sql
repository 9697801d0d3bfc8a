-- Reasons somebody told us that end every approach: the customer died, or left the area we serve.
with hearings as (
    select * from {{ ref('int_cause__hearing') }}
    where suppression_code is not null
),

final as (
    select
        'party' as subject_type,
        person_id as subject_id,
        cast(null as string) as channel,
        suppression_code,
        heard_on as from_on,
        cast(null as date) as until_on,
        hearing_id as evidence_ref
    from hearings
)

select * from final
