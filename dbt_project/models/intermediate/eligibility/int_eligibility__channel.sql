-- May this party be contacted on this channel, on which contact point, and if not: the first reason that binds.
-- B2B: the account's own stops bind all of it, a contact's stops bind that contact's points only.
with parties as (
    select * from {{ ref('int_identity__party') }}
    where account_person_id is null
),

channels as (
    select * from {{ rule_in_force('rule_channel_capacity') }}
),

points as (
    select * from {{ ref('int_eligibility__point') }}
),

consents as (
    select * from {{ ref('int_eligibility__consent') }}
),

binding as (
    select * from {{ ref('int_eligibility__suppression') }}
    where is_in_force
),

party_stop as (
    select subject_id as person_id, channel, suppression_code, priority_no
    from binding
    where subject_type = 'party'
),

point_stop as (
    select points.target_person_id as person_id, points.channel, points.contact_point_id, binding.suppression_code, binding.priority_no
    from points
    inner join binding
        on binding.subject_type = 'contact_point'
        and binding.subject_id = points.contact_point_id
        and binding.channel = points.channel

    union all

    select points.target_person_id as person_id, points.channel, points.contact_point_id, party_stop.suppression_code, party_stop.priority_no
    from points
    inner join party_stop
        on party_stop.person_id = points.person_id and party_stop.channel = points.channel
),

open_point as (
    select
        points.*,
        row_number() over (
            partition by points.target_person_id, points.channel
            order by points.is_own, points.rank nulls last, points.contact_point_id
        ) as choice_no
    from points
    left join point_stop
        on point_stop.contact_point_id = points.contact_point_id and point_stop.channel = points.channel
    where point_stop.contact_point_id is null
),

chosen as (
    select * from open_point
    where choice_no = 1
),

-- the party's own stops decide; its points' stops only where no point is left
reasons as (
    select person_id, channel, suppression_code, priority_no
    from party_stop

    union all

    select point_stop.person_id, point_stop.channel, point_stop.suppression_code, point_stop.priority_no
    from point_stop
    left join chosen
        on chosen.target_person_id = point_stop.person_id and chosen.channel = point_stop.channel
    where chosen.target_person_id is null
),

first_reason as (
    select person_id, channel, suppression_code, priority_no
    from reasons
    qualify row_number() over (partition by person_id, channel order by priority_no, suppression_code) = 1
),

final as (
    select
        parties.person_id,
        channels.channel,
        first_reason.person_id is null as is_permitted,
        first_reason.suppression_code as first_code,
        first_reason.priority_no as first_priority_no,
        case when first_reason.person_id is null then chosen.contact_point_id end as contact_point_id,
        case when first_reason.person_id is null then chosen.person_id end as addressee_person_id,
        case when first_reason.person_id is null then chosen.value_hash end as value_hash,
        case when first_reason.person_id is null then consents.consent_event_id end as consent_event_id,
        case when first_reason.person_id is null then consents.consented_at end as consented_at
    from parties
    cross join channels
    left join first_reason
        on first_reason.person_id = parties.person_id and first_reason.channel = channels.channel
    left join chosen
        on chosen.target_person_id = parties.person_id and chosen.channel = channels.channel
    left join consents
        on consents.contact_point_id = chosen.contact_point_id and consents.channel = chosen.channel
)

select * from final
