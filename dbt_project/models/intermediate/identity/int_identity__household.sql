{{ config(materialized='replaced', meta={'replace_by': 'person'}) }}
-- Households of natural persons: the source's own, else the same address (N22: by its key) and family name in kana. Rows that were
-- loaded before addresses had a key count as written.
with names as (
    select * from {{ of_changed_people(ref('int_identity__name')) }}
),

records as (
    select * from {{ ref('int_identity__record') }}
),

members as (
    select * from {{ of_changed_people(ref('int_identity__member')) }}
),

folds as (
    select
        {{ ordered_list('from_char', 'fold_no', '') }} as kana_from,
        {{ ordered_list('to_char', 'fold_no', '') }} as kana_to
    from {{ ref('identity_folds') }}
    where fold_kind = 'kana'
),

consumers as (
    select
        members.person_id,
        min(records.household_id) as source_household_id
    from records
    inner join members on records.party_key = members.party_key
    where records.business_type = 'b2c'
    group by members.person_id
),

final as (
    select
        consumers.person_id,
        coalesce(
            consumers.source_household_id,
            case
                when
                    names.postal_code is not null
                    and coalesce(names.address_key, names.address_line1, names.address_line2) is not null
                    and names.family_name_kana is not null
                    then 'h_' || {{ hash16([
                        'names.postal_code',
                        "coalesce(names.address_key, concat_ws('', names.city, names.address_line1, names.address_line2))",
                        folded('names.family_name_kana', 'folds.kana_from', 'folds.kana_to'),
                    ]) }}
            end
        ) as household_id
    from consumers
    inner join names on consumers.person_id = names.person_id
    cross join folds
)

select * from final
