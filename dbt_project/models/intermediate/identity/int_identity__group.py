"""Who is one party at each moment: components of the circle as its links stood then."""


def model(dbt, session):
    from include.analytics.components import connected_in_scope
    from include.changes.identity import touched

    dbt.config(materialized="replaced", meta={"replace_by": "circle"})
    # a row without a block joins the record to itself
    edges = touched(session, dbt.ref("int_identity__moment")).project(
        "changed_at::varchar || '|' || party_key as record,"
        " changed_at::varchar || '|' || coalesce('block:' || block_key, party_key) as joined,"
        " changed_at::varchar || '|' || scope_key as scope"
    ).to_arrow_table()
    groups = connected_in_scope(edges["record"], edges["joined"], edges["scope"])  # noqa: F841  read by the query below
    return session.sql(
        "select split_part(node, '|', 1)::timestamp as changed_at, substr(node, strpos(node, '|') + 1) as party_key, component as group_id"
        " from groups where node not like '%|block:%'"
    )
