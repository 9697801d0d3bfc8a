-- A list row of somebody whose earlier assignment of another campaign was still running on that day.
select targets.list_id, targets.list_row_id, targets.person_id
from {{ ref('fct_target') }} as targets
inner join {{ ref('fct_assignment') }} as assignments on assignments.person_id = targets.person_id
where
    assignments.campaign_id <> targets.campaign_id
    and assignments.frozen_on < targets.frozen_on
    and targets.frozen_on < assignments.window_end_on
