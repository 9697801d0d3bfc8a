{# Half-open spans [from, to) of one subject that begin before the one before them has ended, or end before they begin. #}
{% test spans_do_not_overlap(model, partition_by, from_column, to_column) %}
with ordered as (
    select
        *,
        lead({{ from_column }}) over (partition by {{ partition_by }} order by {{ from_column }}) as following_from
    from {{ written_parties(model, partition_by) }}
)

select *
from ordered
where
    {{ to_column }} <= {{ from_column }}
    or following_from < {{ to_column }}
    or (following_from is not null and {{ to_column }} is null)
{% endtest %}
