{# Values of a column that the other table does not have; empty values are allowed. #}
{% test holds_in(model, column, to, field) %}
select distinct model_rows.{{ column }}
from {{ model }} as model_rows
left join {{ to }} as known on model_rows.{{ column }} = known.{{ field }}
where model_rows.{{ column }} is not null and known.{{ field }} is null
{% endtest %}
