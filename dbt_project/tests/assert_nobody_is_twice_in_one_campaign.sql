-- Two list rows of one party in one campaign, whatever the channel and the day.
select campaign_id, person_id, count(*) as row_count
from {{ ref('fct_target') }}
group by campaign_id, person_id
having count(*) > 1
