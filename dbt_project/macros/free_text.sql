{#
Free text without what 個情法20② calls 要配慮: the sentences in which a word of the mask dictionary stands, replaced by a mark.
A subquery with one row per text that had to be masked: text_key, masked_text. Nothing else of such a text leaves staging.
#}
{% macro masked_texts(relation, key, column) -%}
    (
        select
            touched.text_key,
            {{ matches_replaced(
                'touched.free_text',
                "'[^。！？!?\\n]*(' || dictionary.pattern || ')[^。！？!?\\n]*'",
                "'［要配慮情報のため非表示］'"
            ) }} as masked_text
        from (
            select distinct
                texts.{{ key }} as text_key,
                texts.{{ column }} as free_text
            from {{ relation }} as texts
            inner join {{ ref('sensitive_words') }} as words on instr(texts.{{ column }}, words.word) > 0
        ) as touched
        cross join (
            select {{ ordered_list('word', 'word_no', '|') }} as pattern
            from {{ ref('sensitive_words') }}
        ) as dictionary
    )
{%- endmacro %}

{#
A reason as its source wrote it → the house's code: the source's own rows of the mapping seed win over those for any source ('*');
what no row knows stays as it is, so that a code of ours passes and a strange one is seen by the tests.
#}
{% macro mapped_reason(column) -%}
    coalesce(own_reasons.canonical_value, any_reasons.canonical_value, {{ column }})
{%- endmacro %}

{% macro reason_joins(source_system, column) -%}
    left join {{ ref('stated_reasons') }} as own_reasons
        on own_reasons.business = {{ source_system }} and own_reasons.source_value = {{ column }}
    left join {{ ref('stated_reasons') }} as any_reasons
        on any_reasons.business = '*' and any_reasons.source_value = {{ column }}
{%- endmacro %}
