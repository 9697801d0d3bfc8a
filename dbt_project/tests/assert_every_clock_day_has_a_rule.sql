-- Clock days of parties that no dormancy rule or preset covers: such a party could never become dormant.
select
    clock.person_id,
    clock.clock_on
from {{ ref('int_dormancy__clock') }} as clock
left join {{ ref('int_dormancy__threshold') }} as thresholds
    on clock.person_id = thresholds.person_id and clock.clock_on = thresholds.clock_on
where thresholds.person_id is null
