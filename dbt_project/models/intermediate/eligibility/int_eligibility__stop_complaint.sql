-- An open complaint stops selling; a closed one for the cooling-off days of its severity.
with inquiries as (
    select * from {{ ref('stg_inquiries') }}
    where is_complaint
),

people as (
    select * from {{ ref('int_identity__member') }}
),

cooling_off as (
    select * from {{ rule_in_force('rule_suppression_limit') }}
    where suppression_code = 'SUP_COMPLAINT'
),

final as (
    select
        'party' as subject_type,
        people.person_id as subject_id,
        cast(null as string) as channel,
        'SUP_COMPLAINT' as suppression_code,
        cast(inquiries.received_at as date) as from_on,
        -- closed without a closing day stays open: unknown is not yes
        case
            when inquiries.status = 'closed'
                then {{ add_days('cast(inquiries.closed_at as date)', 'cooling_off.window_days') }}
        end as until_on,
        inquiries.inquiry_id as evidence_ref
    from inquiries
    inner join people on people.party_key = inquiries.party_key
    left join cooling_off
        on cooling_off.scope = 'severity_' || coalesce(cast(inquiries.severity as string), 'unknown')
)

select * from final
