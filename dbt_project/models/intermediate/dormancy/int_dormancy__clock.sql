-- Days that reset the dormancy clock. B2C: order days. B2B: order, use, won deal, contract start, and two-way contact too.
-- A customer event opens a cycle; contact inside a cycle only moves the clock.
with parties as (
    select
        person_id,
        business_type
    from {{ ref('int_identity__party') }}
    where account_person_id is null
),

members as (
    select * from {{ ref('int_identity__member') }}
),

order_days as (
    select
        person_id,
        ordered_on as clock_on,
        gap_days
    from {{ ref('int_activity__order_day') }}
),

used_days as (
    select
        parties.person_id,
        usage_days.used_on as clock_on
    from {{ ref('stg_usage_daily') }} as usage_days
    inner join members on usage_days.account_key = members.party_key
    inner join parties on members.person_id = parties.person_id
    where usage_days.events > 0
),

won_deals as (
    select
        parties.person_id,
        deals.closed_on as clock_on
    from {{ ref('stg_deals') }} as deals
    inner join members on deals.account_key = members.party_key
    inner join parties on members.person_id = parties.person_id
    where deals.result = 'won' and deals.closed_on <= {{ as_of() }}
),

contract_starts as (
    select
        parties.person_id,
        accounts.contract_start_on as clock_on
    from {{ ref('stg_accounts') }} as accounts
    inner join members on accounts.account_key = members.party_key
    inner join parties on members.person_id = parties.person_id
    where accounts.contract_start_on <= {{ as_of() }}
),

-- a complaint resets no clock
b2b_contacts as (
    select
        touches.person_id,
        touches.touched_on as clock_on
    from {{ ref('int_activity__touch') }} as touches
    inner join parties on touches.person_id = parties.person_id
    where parties.business_type = 'b2b' and touches.is_two_way and touches.kind not in ('order', 'complaint')
),

events as (
    select person_id, clock_on, 1 as is_customer_event, 1 as is_order, gap_days from order_days
    union all
    select person_id, clock_on, 1 as is_customer_event, 0 as is_order, null as gap_days from used_days
    union all
    select person_id, clock_on, 1 as is_customer_event, 0 as is_order, null as gap_days from won_deals
    union all
    select person_id, clock_on, 1 as is_customer_event, 0 as is_order, null as gap_days from contract_starts
    union all
    select person_id, clock_on, 0 as is_customer_event, 0 as is_order, null as gap_days from b2b_contacts
),

days as (
    select
        person_id,
        clock_on,
        max(is_customer_event) as is_customer_event,
        max(is_order) as is_order,
        max(gap_days) as gap_days
    from events
    group by person_id, clock_on
),

numbered as (
    select
        *,
        sum(is_customer_event) over (
            partition by person_id order by clock_on rows between unbounded preceding and current row
        ) as cycle_no,
        lead(clock_on) over (partition by person_id order by clock_on) as next_clock_on,
        max(case when is_order = 1 then clock_on end) over (
            partition by person_id order by clock_on rows between unbounded preceding and current row
        ) as last_order_on,
        count(gap_days) over (
            partition by person_id order by clock_on rows between unbounded preceding and current row
        ) as gap_count,
        {{ running_median('gap_days', 'person_id', 'clock_on') }} as median_gap_days
    from days
),

-- contact before the first customer event belongs to the lead
final as (
    select
        person_id,
        clock_on,
        cast(cycle_no as integer) as cycle_no,
        is_customer_event = 1 as is_customer_event,
        gap_days,
        cast(gap_count as integer) as gap_count,
        median_gap_days,
        next_clock_on,
        last_order_on
    from numbered
    where cycle_no > 0
)

select * from final
