"""Whom the changed records concern, and what was known of every party when the last build stood."""

from __future__ import annotations

from datetime import date

from include.changes.records import OWN_LISTS
from include.settings import Settings
from include.warehouse import writer


def concern(settings: Settings, as_of: date) -> None:
    """Note the parties whose state may differ from the last build's: call after identity is built.

    Whoever a changed record speaks of, now or before; whose records were joined or parted; whose next date has come.
    """
    with writer(settings) as connection:
        connection.begin()
        connection.execute(f"create or replace temp table now as {_parties_now(connection)}")
        connection.execute("delete from ops.changed_party")
        connection.execute(
            """
            insert into ops.changed_party
            with moved as (
                select coalesce(now.party_key, before.party_key) as party_key
                from now full join ops.build_party as before using (party_key)
                where now.person_id is distinct from before.person_id or now.signature is distinct from before.signature
            ),
            keys as (
                select party_key from ops.changed_record where party_key is not null
                union select party_key from moved
            ),
            -- a call may name nobody but a row of our lists, now or before; a hearing nothing but its call
            call as (
                select source_system, record_key as call_id from ops.changed_record where entity = 'calls'
                union
                select hearing.source_system, hearing.call_id from raw.hearings as hearing
                inner join ops.changed_record as record
                    on record.entity = 'hearings' and hearing.source_system = record.source_system and hearing.hearing_id = record.record_key
            ),
            called_row as (select distinct list_row_id from raw.calls semi join call using (source_system, call_id)),
            named as (
                select person_id from raw.list_rows semi join called_row using (list_row_id)
                union select party_key from ops.changed_record where entity = $lists
            ),
            -- our lists keep the id of their day
            listed as (
                select person_id from named
                union
                select former.person_id from intermediate.int_identity__former_id as former
                inner join named on former.former_person_id = named.person_id
            ),
            persons as (
                select person_id, account_person_id from now semi join keys using (party_key)
                union select person_id, account_person_id from now semi join listed using (person_id)
                union select person_id, account_person_id from ops.build_party semi join keys using (party_key)
            ),
            due as (
                select person_id from intermediate.int_dormancy__next where next_change_on <= $as_of
                union select person_id from intermediate.int_cause__unsettled
            ),
            news as (
                select person_id from persons
                union select account_person_id from persons where account_person_id is not null
                union select person_id from listed
            )
            select person_id, true from news
            union all
            select person_id, false from due anti join news using (person_id)
            """,
            {"as_of": as_of, "lists": OWN_LISTS},
        )
        # rows of a contact are kept under its own id in some tables, its facts count for the account
        connection.execute(
            "insert into ops.changed_party select now.person_id, bool_or(account.has_news) from now"
            " inner join ops.changed_party as account on now.account_person_id = account.person_id"
            " where now.person_id not in (select person_id from ops.changed_party) group by now.person_id"
        )
        connection.execute("delete from ops.changed_member")
        connection.execute(
            "insert into ops.changed_member select party_key from now"
            " where coalesce(account_person_id, person_id) in (select person_id from ops.changed_party)"
        )
        _keep_who_they_are(connection)
        connection.commit()


def _keep_who_they_are(connection) -> None:
    """The rows of identity about the parties noted, in schema `changed`: the macro `concerned` reads them."""
    tables = connection.execute(
        "select table_name from information_schema.columns where table_schema = 'intermediate'"
        " and starts_with(table_name, 'int_identity__') and column_name = 'person_id'"
    ).fetchall()
    for [table] in tables:
        connection.execute(
            f"create or replace table changed.{table} as"
            f" select * from intermediate.{table} where person_id in (select person_id from ops.changed_party)"
        )


def keep(connection) -> None:
    """Remember every party as it is now."""
    connection.execute("delete from ops.build_party")
    connection.execute(f"insert into ops.build_party {_parties_now(connection)}")


def _parties_now(connection) -> str:
    """party_key, person_id, account_person_id, signature of everything about the party that states and causes read."""
    columns = [
        name
        for [name] in connection.execute(
            "select column_name from information_schema.columns where table_schema = 'intermediate'"
            " and table_name = 'int_identity__party' order by column_name"
        ).fetchall()
    ]
    return (
        "select m.party_key, m.person_id, p.account_person_id,"
        f" hash({', '.join(f'p.{name}' for name in columns)})::varchar as signature"
        " from intermediate.int_identity__member as m"
        " left join intermediate.int_identity__party as p on m.person_id = p.person_id"
    )
