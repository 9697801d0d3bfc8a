{{ config(materialized='replaced', meta={'replace_by': 'party_with_news'}) }}
-- Every day other than a purchase day on which something happened that dormancy looks at: one row per party and day, with what it
-- was. Days after as_of are plans (a pause or contract that will end); they are kept because a state may change on them by itself.
with parties as (
    select * from {{ concerned(ref('int_identity__party')) }}
    where account_person_id is null
),

members as (
    select
        members.party_key,
        coalesce(parties.account_person_id, parties.person_id) as person_id
    from {{ concerned(ref('int_identity__member')) }} as members
    inner join {{ concerned(ref('int_identity__party')) }} as parties on members.person_id = parties.person_id
),

first_orders as (
    select
        person_id,
        ordered_on as first_order_on
    from {{ concerned(ref('int_activity__order_day')) }}
    where occasion_no = 1
),

-- opens and clicks show that a mail was read, not that anybody talked to us; a complaint resets no clock
touches as (
    select
        touches.person_id,
        touches.touched_on as fact_on,
        touches.direction = 'inbound' as is_inbound,
        touches.kind = 'activity' and touches.channel = 'store' and touches.direction = 'inbound' as is_visit
    from {{ concerned(ref('int_activity__touch')) }} as touches
    where touches.is_two_way and touches.kind not in ('order', 'complaint', 'open', 'click')
),

-- a customer's contacts move no clock, only visits do; before the first purchase and for accounts every contact counts
heard_of as (
    select touches.*
    from touches
    inner join parties on touches.person_id = parties.person_id
    left join first_orders on touches.person_id = first_orders.person_id
    where
        parties.business_type = 'b2b'
        or touches.is_visit
        or first_orders.first_order_on is null
        or touches.fact_on < first_orders.first_order_on
),

void_orders as (
    select orders.*
    from {{ concerned(ref('int_activity__order')) }} as orders
    inner join parties on orders.person_id = parties.person_id
    left join first_orders on orders.person_id = first_orders.person_id
    where
        not orders.is_valid
        and not orders.is_internal
        and (first_orders.first_order_on is null or orders.ordered_on < first_orders.first_order_on)
),

deals as (
    select
        members.person_id,
        deals.result,
        deals.opened_on,
        deals.closed_on
    from {{ ref('stg_deals') }} as deals
    inner join members on deals.account_key = members.party_key
),

accounts as (
    select
        members.person_id,
        parties.first_fact_on,
        accounts.contract_start_on,
        accounts.contract_end_on
    from {{ ref('stg_accounts') }} as accounts
    inner join members on accounts.account_key = members.party_key
    inner join parties on members.person_id = parties.person_id
    where
        accounts.contract_start_on is not null
        or accounts.contract_end_on is not null
        or accounts.contract_status = 'active'
),

{% set columns = [
    'is_start', 'is_inbound', 'is_contact', 'is_visit', 'is_use', 'is_won', 'is_contract_start', 'is_opened', 'billed_change',
    'is_subscription', 'is_resumption', 'is_left'
] %}

facts as (
    select * from {{ dormancy_facts('person_id', 'first_fact_on', 'parties', values={'is_start': '1'}) }}
    union all
    select * from {{ dormancy_facts('parties.person_id', 'parties.registered_on',
        'parties left join first_orders on parties.person_id = first_orders.person_id',
        'parties.registered_on is not null and (first_orders.first_order_on is null or parties.registered_on < first_orders.first_order_on)',
        {'is_inbound': '1'}) }}
    union all
    select * from {{ dormancy_facts('person_id', 'fact_on', 'heard_of', values={
        'is_inbound': 'case when is_inbound then 1 else 0 end', 'is_contact': '1', 'is_visit': 'case when is_visit then 1 else 0 end'
    }) }}
    union all
    select * from {{ dormancy_facts('person_id', 'ordered_on', 'void_orders', values={'is_inbound': '1'}) }}
    union all
    select * from {{ dormancy_facts('person_id', 'cancelled_on', 'void_orders', 'cancelled_on is not null', {'is_inbound': '1'}) }}
    union all
    select * from {{ dormancy_facts('person_id', 'returned_on', 'void_orders', 'returned_on is not null', {'is_inbound': '1'}) }}
    union all
    select * from {{ dormancy_facts('person_id', 'opened_on', 'deals', 'opened_on is not null', {'is_inbound': '1', 'is_opened': '1'}) }}
    union all
    select * from {{ dormancy_facts('person_id', 'closed_on', 'deals', 'closed_on is not null') }}
    union all
    select * from {{ dormancy_facts('person_id', 'closed_on', 'deals', "result = 'won' and closed_on is not null", {'is_won': '1'}) }}
    union all
    select * from {{ dormancy_facts('members.person_id', 'usage_days.used_on',
        ref('stg_usage_daily') ~ ' as usage_days inner join members on usage_days.account_key = members.party_key',
        'usage_days.events > 0', {'is_use': '1'}) }}
    union all
    select * from {{ dormancy_facts('person_id', 'contract_start_on', 'accounts', values={'is_contract_start': '1'}) }}
    union all
    select * from {{ dormancy_facts('person_id', 'coalesce(contract_start_on, first_fact_on)', 'accounts',
        'contract_end_on is null or contract_end_on >= coalesce(contract_start_on, first_fact_on)', {'billed_change': '1'}) }}
    union all
    select * from {{ dormancy_facts('person_id', add_days('contract_end_on', 1), 'accounts',
        'contract_end_on >= coalesce(contract_start_on, first_fact_on)', {'billed_change': '-1'}) }}
    union all
    select * from {{ dormancy_facts('person_id', 'from_on', ref('int_dormancy__subscriber'), values={
        'is_subscription': '1', 'is_resumption': 'case when is_resumption then 1 else 0 end'
    }) }}
    union all
    select * from {{ dormancy_facts('person_id', 'left_on', ref('int_dormancy__leaving'), values={'is_left': '1'}) }}
),

final as (
    select
        facts.person_id,
        facts.fact_on,
        parties.business_type,
        parties.source_system,
        {% for column in columns if column != 'billed_change' -%}
        max(facts.{{ column }}) as {{ column }},
        {% endfor -%}
        cast(sum(facts.billed_change) as integer) as billed_change
    from facts
    inner join parties on facts.person_id = parties.person_id
    where facts.fact_on is not null
    group by facts.person_id, facts.fact_on, parties.business_type, parties.source_system
)

select * from final
