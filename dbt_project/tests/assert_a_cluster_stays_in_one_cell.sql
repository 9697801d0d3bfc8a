-- A household or account with both cells in one campaign.
select campaign_id, cluster_id
from {{ ref('fct_assignment') }}
group by campaign_id, cluster_id
having count(distinct cell) > 1
