"""What the model in force says of every party on as_of."""


def model(dbt, session):
    from include.analytics.value_score import BATCH_ROWS, score_stream

    dbt.config(materialized="table")
    cutoffs = dbt.ref("int_value__cutoff").to_arrow_table()
    learned = dbt.ref("int_value__learned_model").to_arrow_table()
    summary = dbt.ref("int_value__summary").to_arrow_reader(BATCH_ROWS)
    return score_stream(summary, cutoffs, learned)
