-- A list row of somebody who is held out in that campaign, or whose hold-out of another campaign was still running.
select targets.list_id, targets.list_row_id, targets.person_id
from {{ ref('fct_target') }} as targets
inner join {{ ref('fct_assignment') }} as assignments
    on assignments.person_id = targets.person_id and assignments.cell = 'holdout'
where
    assignments.campaign_id = targets.campaign_id
    or (assignments.frozen_on < targets.frozen_on and targets.frozen_on < assignments.window_end_on)
