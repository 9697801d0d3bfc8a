{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- Stretches of days in which a warning sign holds, half-open [from_on, to_on): twice the own gap (D2), used up (D3), skipped boxes
-- (D6), an open complaint, a smaller basket (AOV). Whether it makes somebody at risk depends on the state of the day.
with clock as (
    select * from {{ concerned(ref('int_dormancy__clock')) }}
    where clock_on <= {{ as_of() }}
),

subscriptions as (
    select * from {{ concerned(ref('int_dormancy__subscription')) }}
),

order_days as (
    select * from {{ concerned(ref('int_activity__order_day')) }}
),

inquiries as (
    select
        coalesce(parties.account_person_id, parties.person_id) as person_id,
        cast(inquiries.received_at as date) as received_on,
        case
            when inquiries.closed_at is not null then cast(inquiries.closed_at as date)
            when inquiries.status = 'closed' then cast(inquiries.received_at as date)
        end as closed_on
    from {{ ref('stg_inquiries') }} as inquiries
    inner join {{ concerned(ref('int_identity__member')) }} as members on inquiries.party_key = members.party_key
    inner join {{ concerned(ref('int_identity__party')) }} as parties on members.person_id = parties.person_id
    where inquiries.is_complaint
),

rules as (
    select * from {{ ref('int_dormancy__rule') }}
),

signs as (
    select
        clock.person_id,
        'D2' as guard_code,
        rules.d2_guard_no as guard_no,
        clock.d2_guard_on as from_on,
        clock.next_clock_on as to_on
    from clock
    cross join rules
    where rules.d2_guard_no is not null and clock.d2_guard_on is not null
    union all
    select clock.person_id, 'D3' as guard_code, rules.d3_guard_no as guard_no, clock.d3_guard_on as from_on, clock.next_clock_on as to_on
    from clock
    cross join rules
    where rules.d3_guard_no is not null and clock.d3_guard_on is not null
    union all
    select subscriptions.person_id, 'D6' as guard_code, rules.d6_guard_no as guard_no, subscriptions.from_on, subscriptions.to_on
    from subscriptions
    cross join rules
    where rules.d6_guard_no is not null and subscriptions.skip_count >= rules.d6_guard_skip_count
    union all
    select inquiries.person_id, 'COMPLAINT' as guard_code, rules.complaint_guard_no as guard_no, inquiries.received_on, inquiries.closed_on
    from inquiries
    cross join rules
    where rules.complaint_guard_no is not null
    union all
    select order_days.person_id, 'AOV' as guard_code, rules.aov_guard_no as guard_no, order_days.ordered_on, order_days.next_on
    from order_days
    cross join rules
    where
        rules.aov_guard_no is not null
        and order_days.order_no >= rules.aov_guard_order_count
        and order_days.amount_ratio <= rules.aov_guard_ratio
),

final as (
    select
        person_id,
        guard_code,
        cast(guard_no as integer) as guard_no,
        from_on,
        to_on
    from signs
    where from_on <= {{ as_of() }} and (to_on is null or from_on < to_on)
)

select * from final
