{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    pre_hook="{{ keep_month_ends() }}"
) }}
-- Bands of every party on the run's as_of and on the ends of months before.
with final as (
    select
        {{ as_of() }} as as_of,
        person_id,
        state,
        sub_state,
        recency_days,
        order_count,
        net_12m_amount,
        silent_days,
        r_band,
        f_band,
        m_band,
        duration_band,
        segment_id,
        policy_version
    from {{ ref('int_segment__current') }}
)

select * from final
