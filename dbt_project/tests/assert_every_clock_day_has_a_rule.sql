-- Days of a party's clock on which no rule decides and no contract is billed: such a party could never become dormant.
select
    person_id,
    clock_on
from {{ ref('int_dormancy__clock') }}
where deciding_rule is null
