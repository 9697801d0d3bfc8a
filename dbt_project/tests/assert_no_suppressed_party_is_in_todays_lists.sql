-- A row of today's lists whose party, addressee or contact point is under a stop for that channel.
with todays_rows as (
    select * from {{ ref('fct_target') }}
    where frozen_on = {{ as_of() }}
),

stops as (
    select * from {{ ref('fct_suppression') }}
    where from_on <= {{ as_of() }} and (until_on is null or until_on > {{ as_of() }})
)

select todays_rows.list_row_id, todays_rows.channel, stops.suppression_code
from todays_rows
inner join stops
    on stops.channel = todays_rows.channel
    and (
        (stops.subject_type = 'party' and stops.subject_id in (todays_rows.person_id, todays_rows.addressee_person_id))
        or (stops.subject_type = 'contact_point' and stops.subject_id = todays_rows.contact_point_id)
    )
