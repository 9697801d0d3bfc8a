{# Half-open spans of one subject that leave a gap, overlap, or do not end open: the next begins where this one ends. #}
{% test spans_are_complete(model, partition_by, from_column, to_column) %}
with ordered as (
    select
        *,
        lead({{ from_column }}) over (partition by {{ partition_by }} order by {{ from_column }}) as following_from
    from {{ written_parties(model, partition_by) }}
)

select *
from ordered
where {{ to_column }} is distinct from following_from or {{ to_column }} <= {{ from_column }}
{% endtest %}
