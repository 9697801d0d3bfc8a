"""Parameters of repeat purchase, spend and return, learned on the first of a month from what was known before it."""


def model(dbt, session):
    from include.analytics.value_learning import learn

    dbt.config(materialized="table")
    cutoffs = dbt.ref("int_value__cutoff").to_arrow_table()
    parties = dbt.ref("int_value__party_sample").to_arrow_table()
    waits = dbt.ref("int_value__wait_sample").to_arrow_table()
    spends = dbt.ref("int_value__spend_sample").to_arrow_table()
    return session.from_arrow(learn(cutoffs, parties, waits, spends))
