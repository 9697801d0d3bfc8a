-- Today's call list: who, which number, one line on why, and until when.
with targets as (
    select * from {{ ref('fct_target') }}
    where channel = 'phone' and frozen_on = {{ as_of() }}
),

lists as (
    select * from {{ ref('fct_list') }}
),

contacts as (
    select * from {{ ref('dim_contact') }}
),

decisions as (
    select * from {{ ref('fct_decision') }}
    where as_of = {{ as_of() }}
),

spells as (
    select * from {{ ref('fct_dormancy_spell') }}
),

causes as (
    select * from {{ ref('fct_dormancy_cause') }}
    where cause_rank = 1
),

final as (
    select
        {{ as_of() }} as as_of,
        targets.list_id,
        targets.campaign_id,
        targets.list_row_id,
        targets.row_no as priority_rank,
        targets.person_id,
        targets.contact_point_id,
        contacts.phone,
        contacts.phone_extension,
        contacts.account_name,
        contacts.department,
        contacts.job_title,
        {{ printed_name('contacts') }} as printed_name,
        nullif(
            trim(concat(coalesce(contacts.family_name_kana, ''), ' ', coalesce(contacts.given_name_kana, ''))), ''
        ) as printed_name_kana,
        contacts.prefecture_ja,
        decisions.tier_code,
        spells.last_order_on,
        -- details of a complaint stay in the house
        case
            when decisions.cause_axis = 'dissatisfied' then 'ご利用状況とお困りごとの確認'
            else causes.evidence_ja
        end as reason_hint,
        lists.attempt_cap,
        lists.valid_until_on as due_on
    from targets
    inner join lists on lists.list_id = targets.list_id
    inner join contacts
        on contacts.person_id = targets.addressee_person_id
        and contacts.phone_contact_point_id = targets.contact_point_id
    inner join decisions on decisions.person_id = targets.person_id
    left join spells on spells.person_id = targets.person_id and spells.dormant_on = decisions.dormant_on
    left join causes on causes.person_id = targets.person_id and causes.spell_no = spells.spell_no
)

select * from final
