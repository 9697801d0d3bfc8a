"""Records that any link ever joined, directly or through others: within a circle, and only there, ids may change."""


def model(dbt, session):
    from include.analytics.components import connected
    from include.changes.identity import touched

    dbt.config(materialized="replaced", meta={"replace_by": "circle"})
    links = touched(session, dbt.ref("int_identity__link"))
    # whether a link with a scope holds depends on who the scope is: both are of one circle
    scopes = links.filter("scope_key is not null").select("party_key, scope_key")
    edges = links.select("party_key, 'block:' || block_key as block_key").union(scopes).to_arrow_table()
    circles = connected(edges["party_key"], edges["block_key"])  # noqa: F841  read by the query below
    return session.sql("select node as party_key, component as circle_id from circles where node not like 'block:%'")
