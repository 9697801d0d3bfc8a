-- Contacts in which both sides took part. Our own messages and unanswered calls are none.
with final as (
    select
        touch_id,
        person_id,
        occurred_at,
        touched_on,
        channel,
        direction,
        kind
    from {{ ref('int_activity__touch') }}
    where is_two_way
)

select * from final
