-- Spells of dormancy, half-open [dormant_on, end_on), with what was bought in the months before and the likeliest cause.
with spells as (
    select * from {{ ref('int_dormancy__spell') }}
),

causes as (
    select *
    from {{ ref('int_cause__ranked') }}
    where cause_rank = 1
),

flags as (
    select * from {{ ref('int_cause__flag') }}
),

final as (
    select
        spells.person_id,
        spells.spell_no,
        spells.dormant_on,
        spells.end_on,
        spells.end_type,
        spells.rule_ids,
        spells.deciding_rule,
        spells.subtype,
        spells.is_redormant,
        spells.last_order_on,
        spells.order_count,
        spells.net_amount,
        spells.aov_amount,
        spells.margin_amount,
        causes.cause_code,
        causes.confidence as cause_confidence,
        causes.source as cause_source,
        coalesce(flags.is_suspected_churn, false) as is_suspected_churn,
        coalesce(flags.is_forgotten, false) as is_forgotten
    from spells
    left join flags on spells.person_id = flags.person_id and spells.spell_no = flags.spell_no
    left join causes on spells.person_id = causes.person_id and spells.spell_no = causes.spell_no
)

select * from final
