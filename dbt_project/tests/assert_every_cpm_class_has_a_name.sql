-- Buyers of today whose CPM class is none of the ten.
select
    person_id,
    cpm_class
from {{ ref('fct_segment') }}
where as_of = {{ as_of() }} and cpm_class is not null and cpm_label_ja is null
