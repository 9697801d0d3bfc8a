"""Predicted and actual returns in bins, on a window that the model had not seen."""


def model(dbt, session):
    from include.analytics.value_learning import check

    dbt.config(materialized="table")
    cutoffs = dbt.ref("int_value__cutoff").to_arrow_table()
    parties = dbt.ref("int_value__party_sample").to_arrow_table()
    learned = dbt.ref("int_value__learned_model").to_arrow_table()
    return session.from_arrow(check(cutoffs, parties, learned))
