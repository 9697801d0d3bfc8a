"""What the model in force says of every party on as_of."""


def model(dbt, session):
    from include.analytics.value_score import score

    dbt.config(materialized="table")
    summary = dbt.ref("int_value__summary").to_arrow_table()
    cutoffs = dbt.ref("int_value__cutoff").to_arrow_table()
    learned = dbt.ref("int_value__learned_model").to_arrow_table()
    return score(summary, cutoffs, learned)
