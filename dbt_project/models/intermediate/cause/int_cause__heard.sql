{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- The word that counts for each spell: an operator's over a survey's, the newest of a kind; a silence about it is no answer.
with hearings as (
    select * from {{ concerned(ref('int_cause__hearing')) }}
    where is_answer and spell_no is not null
),

causes as (
    select * from {{ ref('causes') }}
),

templates as (
    select * from {{ ref('cause_signals') }}
),

ranked as (
    select
        *,
        min(cause_code) over (partition by person_id, spell_no) != max(cause_code) over (partition by person_id, spell_no) as is_conflicting,
        row_number() over (
            partition by person_id, spell_no order by source, heard_at desc, hearing_id desc
        ) as hearing_rank
    from hearings
),

final as (
    select
        ranked.person_id,
        ranked.spell_no,
        ranked.hearing_id,
        ranked.heard_on,
        ranked.source,
        ranked.cause_code,
        causes.axis,
        ranked.is_conflicting,
        ranked.agent_id,
        ranked.script_id,
        replace(replace(
            templates.evidence_template_ja, '{date}', cast(ranked.heard_on as string)), '{a}', causes.label_ja
        ) as evidence_ja,
        'hearings:' || ranked.hearing_id as evidence_refs
    from ranked
    inner join causes on ranked.cause_code = causes.cause_code
    inner join templates on ranked.source = templates.signal_code
    where ranked.hearing_rank = 1
)

select * from final
