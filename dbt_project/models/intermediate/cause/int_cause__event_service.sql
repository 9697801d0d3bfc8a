{{ config(materialized='replaced', meta={'replace_by': 'party'}) }}
-- What the contact centre's cases say about dissatisfaction. A case counts once: a grave complaint is no unresolved question.
with inquiries as (
    select * from {{ ref('stg_inquiries') }}
),

read_words as (
    select * from {{ ref('int_cause__word_match') }}
    where text_table = 'inquiries'
),

members as (
    select * from {{ concerned(ref('int_identity__member')) }}
),

parties as (
    select * from {{ concerned(ref('int_identity__party')) }}
),

rules as (
    select * from {{ rule_in_force('rule_cause') }}
),

cases as (
    select
        inquiries.inquiry_id,
        coalesce(parties.account_person_id, parties.person_id) as person_id,
        cast(inquiries.received_at as date) as event_on,
        coalesce(inquiries.is_complaint, read_words.is_complaint, false) as is_complaint,
        inquiries.severity,
        coalesce(inquiries.category_l2, inquiries.category_l1, read_words.category_ja, '分類なし') as category_ja,
        case
            when coalesce(inquiries.reopened_count, 0) = 0 and inquiries.status = 'closed' then cast(inquiries.closed_at as date)
        end as settled_on,
        inquiries.csat,
        inquiries.nps,
        lag(inquiries.nps) over (
            partition by coalesce(parties.account_person_id, parties.person_id)
            order by case when inquiries.nps is null then 1 else 0 end, inquiries.received_at, inquiries.inquiry_id
        ) as previous_nps
    from inquiries
    inner join members on inquiries.party_key = members.party_key
    inner join parties on members.person_id = parties.person_id
    left join read_words on inquiries.inquiry_id = read_words.text_id
),

-- a complaint of unknown gravity counts as one of the smallest grave kind
graded as (
    select
        cases.*,
        cases.is_complaint and coalesce(cases.severity, rules.limit_count) >= rules.limit_count as is_grave,
        {{ ratio('coalesce(cases.severity, rules.limit_count)', 'rules.scale_ratio') }} as gravity_ratio
    from cases
    cross join rules
    where rules.signal_code = 'complaint'
),

complaints as (
    select
        graded.*,
        'complaint' as signal_code,
        gravity_ratio as intensity_ratio,
        category_ja as word_a,
        cast(null as string) as word_b
    from graded
    where is_grave
),

unresolved as (
    select
        graded.*,
        'unresolved' as signal_code,
        cast(1 as double) as intensity_ratio,
        category_ja as word_a,
        cast(null as string) as word_b
    from graded
    where not is_grave
),

scores as (
    select
        graded.*,
        rules.signal_code,
        cast(1 as double) as intensity_ratio,
        cast(case
            when rules.signal_code = 'low_csat' then graded.csat
            when rules.signal_code = 'score_drop' then graded.previous_nps
            else graded.nps
        end as string) as word_a,
        cast(graded.nps as string) as word_b
    from graded
    inner join rules
        on (rules.signal_code = 'low_nps' and graded.nps <= rules.limit_count)
        or (rules.signal_code = 'low_csat' and graded.csat <= rules.limit_count)
        or (rules.signal_code = 'score_drop' and graded.previous_nps - graded.nps >= rules.limit_count)
    where not graded.is_grave
),

events as (
    select * from complaints
    union all
    select * from unresolved
    union all
    select * from scores
),

final as (
    select
        person_id,
        signal_code,
        cast(null as string) as cause_code,
        event_on,
        settled_on,
        cast(null as date) as current_from_on,
        cast(null as date) as current_to_on,
        intensity_ratio,
        word_a,
        word_b,
        'inquiries:' || inquiry_id as evidence_ref
    from events
)

select * from final
