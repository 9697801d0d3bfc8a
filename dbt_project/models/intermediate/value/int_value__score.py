"""What the model in force says of every party on as_of."""


def model(dbt, session):
    from include.analytics.value_score import BATCH_ROWS, score_stream

    dbt.config(materialized="table")
    cutoffs = dbt.ref("int_value__cutoff").to_arrow_table()
    learned = dbt.ref("int_value__learned_model").to_arrow_table()
    # read through a cursor of its own: a connection that is writing hands out no further rows
    parties = session.cursor().sql(dbt.ref("int_value__summary").sql_query())
    return session.from_arrow(score_stream(parties.to_arrow_reader(BATCH_ROWS), cutoffs, learned))
