{# Rows for which the sentence is not true; unknown counts as not true. #}
{% test holds(model, expression) %}
select *
from {{ model }}
where not coalesce({{ expression }}, false)
{% endtest %}
