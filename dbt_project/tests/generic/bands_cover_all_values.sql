{#
Half-open bands [lower, upper) of one subject and validity that leave a gap or overlap: sorted by lower bound, the first
begins open (NULL) or at its stated start, each next one begins where the one before ends, only the last ends open.
#}
{% test bands_cover_all_values(model, partition_by, lower_column, upper_column, where='true') %}
with ordered as (
    select
        *,
        lead({{ lower_column }}) over (
            partition by {{ partition_by }} order by {{ lower_column }} nulls first, {{ upper_column }} nulls last
        ) as following_lower,
        row_number() over (
            partition by {{ partition_by }} order by {{ lower_column }} desc nulls last, {{ upper_column }} nulls first
        ) as from_the_top
    from {{ model }}
    where {{ where }}
)

select *
from ordered
where
    {{ upper_column }} is distinct from following_lower
    or {{ upper_column }} <= {{ lower_column }}
    or (from_the_top = 1 and {{ upper_column }} is not null)
{% endtest %}
