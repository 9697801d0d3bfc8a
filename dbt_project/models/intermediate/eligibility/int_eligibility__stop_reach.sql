-- Nobody can be reached on a channel without a valid contact point of their own or of one of their contacts.
with parties as (
    select * from {{ ref('int_identity__party') }}
    where account_person_id is null
),

channels as (
    select * from {{ rule_in_force('rule_channel_capacity') }}
),

reachable as (
    select distinct target_person_id, channel
    from {{ ref('int_eligibility__point') }}
),

final as (
    select
        'party' as subject_type,
        parties.person_id as subject_id,
        channels.channel,
        'SUP_NO_CONTACT_POINT' as suppression_code,
        cast(parties.first_known_at as date) as from_on,
        cast(null as date) as until_on,
        cast(null as string) as evidence_ref
    from parties
    cross join channels
    left join reachable
        on reachable.target_person_id = parties.person_id and reachable.channel = channels.channel
    where reachable.target_person_id is null
)

select * from final
