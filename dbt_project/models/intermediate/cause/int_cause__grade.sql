-- The inferred cause beside the one that was told, for every spell somebody spoke about: what the accuracy is measured on.
with heard as (
    select * from {{ ref('int_cause__heard') }}
),

inferred as (
    select * from {{ ref('int_cause__inferred') }}
    where cause_rank = 1
),

causes as (
    select * from {{ ref('causes') }}
),

final as (
    select
        heard.person_id,
        heard.spell_no,
        heard.hearing_id,
        {{ month_start('heard.heard_on') }} as month_on,
        heard.source,
        coalesce(heard.agent_id, 'unknown') as agent_id,
        coalesce(heard.script_id, '未記録') as script_id,
        heard.cause_code as heard_cause_code,
        heard.axis as heard_axis,
        inferred.cause_code as inferred_cause_code,
        causes.axis as inferred_axis,
        inferred.probability as inferred_probability,
        inferred.cause_code != 'UNKNOWN' as is_predicted,
        inferred.cause_code = heard.cause_code as is_right
    from heard
    inner join inferred on heard.person_id = inferred.person_id and heard.spell_no = inferred.spell_no
    inner join causes on inferred.cause_code = causes.cause_code
)

select * from final
