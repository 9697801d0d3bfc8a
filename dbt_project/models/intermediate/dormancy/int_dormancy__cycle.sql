-- One row per customer event of a party and what happened until the next one: when at risk, dormant, long dormant, withdrawn.
-- Cycle 0 is the time as a lead.
with clock as (
    select * from {{ ref('int_dormancy__clock') }}
),

thresholds as (
    select * from {{ ref('int_dormancy__threshold') }}
),

parties as (
    select * from {{ ref('int_identity__party') }}
),

accounts as (
    select * from {{ ref('stg_accounts') }}
),

-- the most specific rule decides, crossed or not
deciding as (
    select *
    from thresholds
    qualify row_number() over (partition by person_id, clock_on order by precedence_no, rule_id) = 1
),

crossings as (
    select
        clock.person_id,
        clock.cycle_no,
        clock.clock_on,
        clock.is_customer_event,
        clock.next_clock_on,
        clock.last_order_on,
        deciding.rule_id,
        deciding.subtype,
        deciding.at_risk_days,
        deciding.long_dormant_days,
        accounts.contract_start_on,
        accounts.contract_end_on,
        {{ add_days('clock.clock_on', 'deciding.dormant_days') }} as crossed_on,
        {{ add_days('clock.clock_on', 'deciding.redormant_days') }} as recrossed_on
    from clock
    inner join deciding on clock.person_id = deciding.person_id and clock.clock_on = deciding.clock_on
    inner join parties on clock.person_id = parties.person_id
    left join accounts on parties.party_key = accounts.account_key
),

-- a contract that is still billed keeps an account awake until the day after its end
guarded as (
    select
        *,
        case
            when contract_start_on <= crossed_on and contract_end_on is null then null
            when contract_start_on <= crossed_on and contract_end_on >= crossed_on then {{ add_days('contract_end_on', 1) }}
            else crossed_on
        end as silent_on,
        case
            when contract_start_on <= recrossed_on and contract_end_on is null then null
            when contract_start_on <= recrossed_on and contract_end_on >= recrossed_on then {{ add_days('contract_end_on', 1) }}
            else recrossed_on
        end as resilent_on
    from crossings
),

-- an event dated on the day itself keeps the party awake
fired as (
    select
        *,
        case when next_clock_on is null or next_clock_on > silent_on then silent_on end as fired_on,
        case when next_clock_on is null or next_clock_on > resilent_on then resilent_on end as refired_on
    from guarded
),

cycles as (
    select
        person_id,
        cycle_no,
        min(clock_on) as started_on,
        min(rule_id) as deciding_rule,
        min(subtype) as subtype,
        min(at_risk_days) as at_risk_days,
        min(long_dormant_days) as long_dormant_days,
        min(crossed_on) as crossed_on,
        min(fired_on) as fired_on,
        min(refired_on) as refired_on,
        min(case when fired_on is not null then clock_on end) as fired_clock_on,
        min(case when refired_on is not null then clock_on end) as refired_clock_on
    from fired
    group by person_id, cycle_no
),

cycles_and_lead as (
    select * from cycles
    union all
    select
        parties.person_id,
        0 as cycle_no,
        least(parties.first_fact_on, cycles.started_on) as started_on,
        cast(null as string) as deciding_rule,
        cast(null as string) as subtype,
        cast(null as integer) as at_risk_days,
        cast(null as integer) as long_dormant_days,
        cast(null as date) as crossed_on,
        cast(null as date) as fired_on,
        cast(null as date) as refired_on,
        cast(null as date) as fired_clock_on,
        cast(null as date) as refired_clock_on
    from parties
    left join cycles on parties.person_id = cycles.person_id and cycles.cycle_no = 1
    where parties.account_person_id is null and (cycles.started_on is null or parties.first_fact_on < cycles.started_on)
),

bounded as (
    select
        *,
        lead(started_on) over (partition by person_id order by cycle_no) as next_started_on
    from cycles_and_lead
),

withdrawn as (
    select
        bounded.*,
        parties.business_type,
        case
            when
                parties.withdrawn_on >= bounded.started_on
                and (bounded.next_started_on is null or parties.withdrawn_on < bounded.next_started_on)
                then parties.withdrawn_on
        end as withdrawn_on
    from bounded
    inner join parties on bounded.person_id = parties.person_id
),

-- a cycle begins with a reactivation when the one before it ended asleep. The day threshold after a reactivation may be
-- stricter, never looser, so silence under the normal threshold always puts to sleep, and silence under the stricter one
-- only where the cycle before began with a reactivation: the last certain answer before a cycle decides.
judged as (
    select
        *,
        case when cycle_no > 0 and (fired_on is not null or withdrawn_on is not null) then cycle_no end as slept_no,
        case when cycle_no > 0 and refired_on is null and withdrawn_on is null then cycle_no end as woke_no
    from withdrawn
),

chained as (
    select
        *,
        coalesce(
            max(slept_no) over (
                partition by person_id order by cycle_no rows between unbounded preceding and 1 preceding
            ), 0
        ) > coalesce(
            max(woke_no) over (
                partition by person_id order by cycle_no rows between unbounded preceding and 1 preceding
            ), 0
        ) as is_reactivation
    from judged
),

chosen as (
    select
        *,
        case when is_reactivation then refired_on else fired_on end as silent_on,
        case when is_reactivation then refired_clock_on else fired_clock_on end as last_clock_on
    from chained
),

slept as (
    select
        *,
        case
            when silent_on <= {{ as_of() }} and (withdrawn_on is null or silent_on < withdrawn_on) then silent_on
        end as dormant_on
    from chosen
),

-- at risk is bounded by the day before dormancy and never follows a reactivation directly
dated as (
    select
        slept.*,
        case
            when not is_reactivation and at_risk_days is not null
                then least({{ add_days('started_on', 'at_risk_days') }}, {{ add_days('crossed_on', -1) }})
        end as risk_on,
        {{ add_days('last_clock_on', 'long_dormant_days') }} as long_silent_on
    from slept
),

final as (
    select
        person_id,
        cycle_no,
        started_on,
        next_started_on,
        case
            when cycle_no = 0 then 'lead'
            when is_reactivation then 'reactivated'
            when cycle_no = 1 and business_type = 'b2c' then 'new'
            else 'active'
        end as opening_state,
        is_reactivation,
        deciding_rule,
        subtype,
        case
            when
                risk_on <= {{ as_of() }}
                and (next_started_on is null or risk_on < next_started_on)
                and (withdrawn_on is null or risk_on < withdrawn_on)
                then risk_on
        end as at_risk_on,
        dormant_on,
        case
            when
                dormant_on is not null
                and long_silent_on <= {{ as_of() }}
                and (next_started_on is null or long_silent_on < next_started_on)
                and (withdrawn_on is null or long_silent_on < withdrawn_on)
                then greatest(long_silent_on, dormant_on)
        end as long_dormant_on,
        case when dormant_on is not null then last_clock_on end as last_clock_on,
        withdrawn_on
    from dated
)

select * from final
