"""Whose records may say something else about who is who: noted before the identity models of an incremental build."""

from __future__ import annotations

from include.changes.records import IDENTITY, OWN_LISTS
from include.settings import Settings
from include.warehouse import writer


def is_settled(settings: Settings) -> bool:
    """No record that says who is who changed, nobody new is spoken of, nothing came late, and who is only spoken of still is."""
    with writer(settings) as connection:
        [unsettling] = connection.execute(
            """
            with strangers as (
                select party_key from ops.changed_record anti join intermediate.int_identity__member using (party_key)
                where party_key is not null and entity <> $lists
            ),
            -- since when a party without a master row is known, and whether at all, depends on every record that speaks of it
            only_mentioned as (
                select party_key from ops.changed_record semi join (
                    select party_key from intermediate.int_identity__record where not is_registered
                ) using (party_key)
            )
            select (select count(*) from ops.changed_record where entity in (select unnest($identity)) or late_known_at is not null)
                + (select count(*) from strangers) + (select count(*) from only_mentioned)
            """,
            {"identity": list(IDENTITY), "lists": OWN_LISTS},
        ).fetchone()
    return not unsettling


def note(settings: Settings) -> None:
    """Fill ops.changed_key, ops.former_block and ops.touched_key: call before the identity models are built.

    ops.changed_key has every key a changed record speaks of, now or before, who received a gift by it, and the contacts of
    changed accounts; ops.former_block the values that these had for comparison when the last build stood, ops.touched_key
    themselves and whom such a value joined.
    """
    with writer(settings) as connection:
        connection.begin()
        connection.execute("delete from ops.changed_key")
        connection.execute(
            """
            insert into ops.changed_key
            select party_key from ops.changed_record where party_key is not null
            union
            select source_system || ':' || ship_to_party_id from raw.orders
            where ship_to_party_id is not null
                and (source_system, order_id) in (select source_system, record_key from ops.changed_record where entity = 'orders')
            union
            select source_system || ':' || contact_id from raw.contacts
            where (source_system, account_id) in (select source_system, record_key from ops.changed_record where entity = 'accounts')
            """
        )
        connection.execute("delete from ops.former_block")
        for keys in ("int_identity__key", "int_identity__contact_key"):
            connection.execute(
                f"insert into ops.former_block select block_key from intermediate.{keys} semi join ops.changed_key using (party_key)"
            )
        connection.execute("delete from ops.touched_key")
        connection.execute(
            """
            insert into ops.touched_key
            with link as (select * from intermediate.int_identity__link semi join ops.former_block using (block_key))
            select party_key from ops.changed_key
            union select party_key from link
            union select scope_key from link where scope_key is not null
            """
        )
        connection.commit()


def touched(session, relation):
    """The rows of a relation about records in the circles that the changes touch, for Python models; all of them in a full build.

    session: what dbt hands a Python model; relation: a DuckDB relation with party_key.
    """
    [is_partial] = session.sql("select getvariable('is_partial') is not null").fetchone()
    return relation.filter("party_key in (select party_key from ops.touched_key)") if is_partial else relation
