-- How long buyers stayed silent after a purchase, and whether they came back by themselves: counts per rule, category and length.
-- A silence ends with the next purchase (a return), or is cut off by our own contact, a 定期 delivery, leaving, or as_of.
with orders as (
    select * from {{ ref('int_activity__order') }}
    where is_valid
),

order_days as (
    select * from {{ ref('int_activity__order_day') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
    where account_person_id is null
),

members as (
    select * from {{ ref('int_identity__member') }}
),

clock as (
    select * from {{ ref('int_dormancy__clock') }}
),

rules as (
    select * from {{ rule_in_force('rule_threshold_review') }}
),

-- who was contacted by us is no longer left alone; a newsletter is no approach
contacts as (
    select person_id, anchor_on as contacted_on
    from {{ ref('int_experiment__history') }}
    where cell = 'treat'
    union all
    select members.person_id, cast(campaign_contacts.sent_at as date) as contacted_on
    from {{ ref('stg_campaign_contacts') }} as campaign_contacts
    inner join members on campaign_contacts.party_key = members.party_key
    where campaign_contacts.channel <> 'newsletter'
    union all
    select members.person_id, cast(calls.started_at as date) as contacted_on
    from {{ ref('stg_calls') }} as calls
    inner join members on calls.party_key = members.party_key
    where calls.direction = 'outbound'
    union all
    select members.person_id, cast(activities.occurred_at as date) as contacted_on
    from {{ ref('stg_activities') }} as activities
    inner join members on activities.party_key = members.party_key
    where activities.direction = 'outbound'
),

-- what they bought decides the category; a delivery of a 定期 is nobody's decision
bought as (
    select
        person_id,
        ordered_on,
        category_l1,
        max(case when order_type = 'subscription' then 0 else 1 end) over (partition by person_id, ordered_on) = 1 as is_own_decision
    from orders
    qualify row_number() over (partition by person_id, ordered_on order by net_amount desc, order_id) = 1
),

deciding as (
    select
        person_id,
        clock_on,
        deciding_rule as rule_id,
        {{ days_between('clock_on', 'ripe_on') }} as dormant_days
    from clock
    where clock_on = last_order_on and ripe_on is not null
),

silences as (
    select
        order_days.person_id,
        order_days.ordered_on as started_on,
        order_days.next_on,
        coalesce(next_bought.is_own_decision, false) as is_next_own_decision,
        parties.business_type,
        parties.withdrawn_on,
        deciding.rule_id,
        deciding.dormant_days,
        bought.category_l1
    from order_days
    inner join parties on order_days.person_id = parties.person_id
    inner join bought on order_days.person_id = bought.person_id and order_days.ordered_on = bought.ordered_on
    inner join deciding on order_days.person_id = deciding.person_id and order_days.ordered_on = deciding.clock_on
    left join bought as next_bought
        on order_days.person_id = next_bought.person_id and order_days.next_on = next_bought.ordered_on
    where bought.is_own_decision
),

first_contacts as (
    select
        silences.person_id,
        silences.started_on,
        min(contacts.contacted_on) as contacted_on
    from silences
    inner join contacts
        on silences.person_id = contacts.person_id
        and contacts.contacted_on > silences.started_on
        and contacts.contacted_on <= coalesce(silences.next_on, {{ as_of() }})
    group by silences.person_id, silences.started_on
),

-- a purchase on the day of a contact is the contact's
ended as (
    select
        silences.*,
        silences.next_on is not null
        and silences.is_next_own_decision
        and first_contacts.contacted_on is null
        and (silences.withdrawn_on is null or silences.withdrawn_on >= silences.next_on) as is_return,
        least(
            coalesce(silences.next_on, {{ as_of() }}),
            coalesce(first_contacts.contacted_on, {{ as_of() }}),
            case when silences.withdrawn_on < {{ as_of() }} then greatest(silences.withdrawn_on, silences.started_on) else {{ as_of() }} end
        ) as ended_on
    from silences
    left join first_contacts
        on silences.person_id = first_contacts.person_id and silences.started_on = first_contacts.started_on
),

measured as (
    select
        ended.rule_id,
        ended.business_type,
        ended.category_l1,
        ended.dormant_days,
        {{ md5_prefix_int('ended.person_id') }} % rules.bucket_count as bucket_no,
        least({{ days_between('ended.started_on', 'ended.ended_on') }}, rules.max_days) as elapsed_days,
        ended.is_return and {{ days_between('ended.started_on', 'ended.ended_on') }} <= rules.max_days as is_return
    from ended
    inner join rules on ended.business_type = rules.business_type
),

-- everybody counts under ALL, and under the category where it is known
spread as (
    select *, 'ALL' as scope_l1 from measured
    union all
    select *, category_l1 as scope_l1 from measured
    where category_l1 is not null
),

final as (
    select
        rule_id,
        business_type,
        scope_l1 as category_l1,
        cast(bucket_no as integer) as bucket_no,
        cast(elapsed_days as integer) as elapsed_days,
        count(*) as n_count,
        cast(sum(case when is_return then 1 else 0 end) as bigint) as return_count,
        cast(sum(dormant_days) as bigint) as sum_dormant_days
    from spread
    where elapsed_days > 0
    group by rule_id, business_type, scope_l1, bucket_no, elapsed_days
)

select * from final
