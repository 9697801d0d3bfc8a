-- What the dictionary reads in a free text: the first cause by priority whose words appear without a negation behind them.
with texts as (
    select
        'inquiries' as text_table,
        inquiry_id as text_id,
        inquiry_text as free_text
    from {{ ref('stg_inquiries') }}
    where inquiry_text is not null and (category_l1 is null or is_complaint is null)
    union all
    select
        'hearings' as text_table,
        hearing_id as text_id,
        reason_text as free_text
    from {{ ref('stg_hearings') }}
    where reason_text is not null and reason_code is null
),

words as (
    select * from {{ ref('cause_words') }}
),

negations as (
    select * from {{ ref('negation_words') }}
),

found as (
    select
        texts.text_table,
        texts.text_id,
        texts.free_text,
        words.word,
        words.cause_code,
        words.category_ja,
        words.is_complaint,
        words.priority_no,
        {{ occurrences('texts.free_text', 'words.word') }} as word_count
    from texts
    inner join words on instr(texts.free_text, words.word) > 0
),

-- 「不満はない」 is no complaint: an occurrence with a negation directly behind it does not count
negated as (
    select
        found.text_table,
        found.text_id,
        found.word,
        sum({{ occurrences('found.free_text', 'found.word || negations.word') }}) as negated_count
    from found
    inner join negations on instr(found.free_text, found.word || negations.word) > 0
    group by found.text_table, found.text_id, found.word
),

standing as (
    select found.*
    from found
    left join negated
        on found.text_table = negated.text_table
        and found.text_id = negated.text_id
        and found.word = negated.word
    where found.word_count > coalesce(negated.negated_count, 0)
),

first_words as (
    select *
    from standing
    qualify row_number() over (
        partition by text_table, text_id order by priority_no, length(word) desc, word
    ) = 1
),

final as (
    select
        text_table,
        text_id,
        word,
        cause_code,
        category_ja,
        is_complaint
    from first_words
)

select * from final
