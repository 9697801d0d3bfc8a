{# An id that is unique over all sources: '<source_system>:<id>'; NULL stays NULL. #}
{% macro global_id(column) -%}
    source_system || ':' || {{ column }}
{%- endmacro %}

{#
One row per (source_system, key): the newest version known on as_of. Versions are ordered by known_at, then delivery, then
place in the file. Rows that their newest version deletes, or that happen after as_of, are not there.
Adds first_known_at (when the key was first heard of) and purposes (what the delivery may be used for).
#}
{% macro latest_as_known(entity, key, event=none) -%}
    select
        versions.*,
        ledger.purposes
    from (
        select
            *,
            min(known_at) over (partition by source_system, {{ key | join(', ') }}) as first_known_at,
            row_number() over (
                partition by source_system, {{ key | join(', ') }}
                order by
                    known_at desc, business_date desc nulls last, delivery_sequence desc nulls last,
                    source_file desc, source_row desc
            ) as version_no
        from {{ source('raw', entity) }}
        where known_at < {{ as_of_end() }}
    ) as versions
    left join {{ source('ops', 'file_ledger') }} as ledger on versions.delivery_id = ledger.delivery_id
    where
        versions.version_no = 1
        and not coalesce(versions.is_deleted, false)
        {%- if event %}
        and (versions.{{ event }} is null or cast(versions.{{ event }} as date) <= {{ as_of() }})
        {%- endif %}
{%- endmacro %}
