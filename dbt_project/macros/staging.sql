{# An id that is unique over all sources: '<source_system>:<id>'; NULL stays NULL. #}
{% macro global_id(column) -%}
    source_system || ':' || {{ column }}
{%- endmacro %}

{# Does a raw row count on as_of: known by then, and its event, where it has one, not in the future? #}
{% macro counts_already(event=none) -%}
    known_at < {{ as_of_end() }}
    {%- if event %} and coalesce(cast({{ event }} as date) <= {{ as_of() }}, true){% endif %}
{%- endmacro %}

{#
One row per (source_system, key): the newest version known on as_of. Versions are ordered by known_at, then delivery, then
place in the file. A version whose event lies after as_of does not count yet, so the one before it still holds. Rows that
their newest version deletes are not there.
Adds first_known_at (when the key was first heard of) and purposes (what the delivery may be used for).
With absence_deletes, a key that so many full deliveries of its source in a row no longer hold as the rule asks is deleted as
well; it is back with the next delivery that holds it. Events are never deleted so: exports of events have a window.
With changed_only, an incremental build reads only the records that changed (the model is `replaced`).
With told_again, the name of a CTE of `told_again_keys`, all other keys take no part in the sorting: for the large entities, which few
sources repeat; few records that changed are sorted at once.
#}
{% macro latest_as_known(entity, key, event=none, absence_deletes=false, changed_only=false, told_again=none) -%}
    {%- set told_again = none if is_partial() else told_again -%}
    select
        versions.*,
        ledger.purposes
    from (
        {%- if told_again %}
        select
            entity_rows.*,
            entity_rows.known_at as first_known_at,
            entity_rows.business_date as last_delivered_on,
            1 as version_no
        from {{ _known_rows(entity, key, event, changed_only) }} as entity_rows
        left join {{ told_again }} as told_again on {{ _same_key('entity_rows', 'told_again', key) }}
        where told_again.source_system is null
        union all
        {%- endif %}
        select
            entity_rows.*,
            min(known_at) over (partition by {{ _key_of('entity_rows', key) }}) as first_known_at,
            max(business_date) over (partition by {{ _key_of('entity_rows', key) }}) as last_delivered_on,
            row_number() over (
                partition by {{ _key_of('entity_rows', key) }}
                order by
                    known_at desc, business_date desc nulls last, delivery_sequence desc nulls last,
                    source_file desc, source_row desc
            ) as version_no
        from {{ _known_rows(entity, key, event, changed_only) }} as entity_rows
        {%- if told_again %}
        inner join {{ told_again }} as told_again on {{ _same_key('entity_rows', 'told_again', key) }}
        {%- endif %}
    ) as versions
    left join {{ source('ops', 'file_ledger') }} as ledger on versions.delivery_id = ledger.delivery_id
    {%- if absence_deletes %}
    left join ({{ absence_limit(entity) }}) as absence on ledger.source = absence.source
    {%- endif %}
    where
        versions.version_no = 1
        and not coalesce(versions.is_deleted, false)
        {%- if absence_deletes %}
        and not coalesce(versions.last_delivered_on < absence.full_on, false)
        {%- endif %}
{%- endmacro %}

{# The rows of an entity in raw that a build reads: all, or those of records that changed; an order's lines change with it. #}
{% macro changed_rows(entity, key, changed_entity=none) -%}
    {%- if is_partial() -%}
    {{ rows_where(source('raw', entity), is_changed_record(changed_entity or entity, key)) }}
    {%- else -%}
    {{ source('raw', entity) }}
    {%- endif -%}
{%- endmacro %}

{# The keys of which more than one version counts already. #}
{% macro told_again_keys(entity, key, event=none, changed_only=false) -%}
    select source_system, {{ key | join(', ') }}
    from {{ _known_rows(entity, key, event, changed_only) }} as known_rows
    group by source_system, {{ key | join(', ') }}
    having count(*) > 1
{%- endmacro %}

{# The rows of an entity that count already, as a subquery. #}
{% macro _known_rows(entity, key, event, changed_only) -%}
    (
        select *
        from {{ changed_rows(entity, key) if changed_only else source('raw', entity) }} as entity_rows
        where {{ counts_already(event) }}
    )
{%- endmacro %}

{% macro _key_of(alias, key) -%}
    {%- for column in ['source_system'] + key -%}
        {{ alias }}.{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro _same_key(left, right, key) -%}
    {%- for column in ['source_system'] + key -%}
        {{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#
Per source the date of the last-but-n full delivery of an entity that is known on as_of: what was delivered last before it is
missing from all fulls since. n is the contract's or the rule's, as ingest noted it with the newest full. Several files of one
date are one full; none for a source with fewer fulls.
#}
{% macro absence_limit(entity) -%}
    select
        source,
        business_date as full_on
    from (
        select
            source,
            business_date,
            row_number() over (partition by source order by business_date desc) as place,
            first_value(absent_fulls) over (partition by source order by business_date desc) as absent_fulls
        from (
            select
                source,
                business_date,
                max(absent_fulls) as absent_fulls
            from {{ source('ops', 'file_ledger') }}
            where
                state = 'loaded'
                and mode = 'full'
                and known_at < {{ as_of_end() }}
                and concat(',', entities, ',') like '%,{{ entity }},%'
            group by source, business_date
        ) as fulls
    ) as placed
    where place = absent_fulls
{%- endmacro %}
