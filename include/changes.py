"""What changed since the last finished build, and whom it concerns: the base of an incremental build.

A build is incremental when the build before it finished, under the same rules and code, in the same month and not for a later
date; else everything is made anew. Both give the same tables. A build takes the base away when it begins and leaves a new one when it
ends, so that after a killed or failed build everything is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from include.contracts import canonical
from include.contracts.model import Entity
from include.settings import Settings
from include.warehouse import writer

# layers whose tables replace their rows; those of later layers are made anew, or keep the ends of months by themselves
REPLACED_LAYERS = ("staging", "people", "dormancy")
# columns that name the party a row speaks of, by entity; entities not listed are read set-wise in every build
PARTIES = {
    "customers": ("source_customer_id",),
    "accounts": ("account_id",),
    "contacts": ("contact_id", "account_id"),
    "contact_points": ("party_id",),
    "orders": ("party_id",),
    "subscriptions": ("party_id",),
    "deals": ("account_id",),
    "activities": ("party_id",),
    "usage_daily": ("account_id",),
    "inquiries": ("party_id",),
    "calls": ("party_id",),
    "hearings": ("party_id",),
    "campaign_contacts": ("party_id",),
    "responses": ("party_id",),
    "consents": ("party_id",),
    "privacy_requests": ("party_id",),
    "life_events": ("party_id",),
}
# child entity -> (entity that names its party, column that leads there)
PARENTS = {
    "order_lines": ("orders", "order_id"),
    "subscription_events": ("subscriptions", "subscription_id"),
    "activities": ("deals", "deal_id"),
}
# a row of our lists names the person by our own id; a call may name nothing but that row
OWN_LISTS = "list_rows"
# a change of one of these may concern everybody
COMMON = ("products", "market_events")
# who is who depends on these alone
IDENTITY = ("customers", "accounts", "contacts", "contact_points")
# facts of a party that dormancy and causes read beside the party's events; age changes every day and is none of them
PARTY_COLUMNS_LEFT_OUT = ("age_band", "age")


@dataclass(frozen=True)
class Plan:
    """How a build works: on everything, or on what changed; why, in Japanese, when on everything."""

    is_full: bool
    reason: str = ""


def begin(settings: Settings, as_of: date, policy_version: str, code: str) -> Plan:
    """Decide how the build of `as_of` works and note the records that changed; takes the base away."""
    with writer(settings) as connection:
        connection.begin()
        base = _base(connection)
        reason = _reason_for_full(base, as_of, policy_version, code)
        connection.execute("delete from ops.changed_record")
        connection.execute("delete from ops.changed_party")
        if base and not reason:
            reason = _reason_in_the_warehouse(connection, base, as_of)
        if base and not reason:
            _note_records(connection, base, as_of)
            if _count(connection, "entity in (select unnest(?))", list(COMMON)):
                reason = "商品か市場の出来事が変わりました"
            elif _count(connection, "late_known_at < date_trunc('month', ?::date)", as_of):
                reason = "先月までの事実が遅れて届きました (学習値の更新)"
        [seen_until] = connection.execute("select max(committed_at) from ops.file_ledger").fetchone()
        connection.execute("delete from ops.build_base")
        connection.execute("delete from ops.build_plan")
        connection.execute(
            "insert into ops.build_plan values (?, ?, ?, ?, ?, ?)",
            [as_of, not reason, policy_version, code, seen_until, base.as_of if base else None],
        )
        connection.commit()
    return Plan(bool(reason), reason)


def is_full(settings: Settings) -> bool:
    """Whether the build under way makes everything anew."""
    with writer(settings) as connection:
        found = connection.execute("select is_incremental from ops.build_plan").fetchone()
    return not (found and found[0])


def is_identity_settled(settings: Settings) -> bool:
    """No record that says who is who changed, nobody new is spoken of, and nothing came late."""
    with writer(settings) as connection:
        if _count(connection, "entity in (select unnest(?)) or late_known_at is not null", list(IDENTITY)):
            return False
        [strangers] = connection.execute(
            "select count(*) from ops.changed_record as c anti join intermediate.int_identity__member as m using (party_key)"
            " where c.party_key is not null and c.entity <> ?",
            [OWN_LISTS],
        ).fetchone()
    return not strangers


def selector(settings: Settings, layer: str, as_of: date) -> tuple[str, bool]:
    """The dbt selector that builds a layer, and whether it makes everything anew; notes the parties before their states are built."""
    if layer not in REPLACED_LAYERS or is_full(settings):
        return layer, True
    if layer == "people" and is_identity_settled(settings):
        return "people_settled", False
    if layer == "dormancy":
        concern(settings, as_of)
        return "dormancy_changed", False
    return layer, False


def concern(settings: Settings, as_of: date) -> int:
    """Note the parties whose state may differ from the last build's: call after identity is built. Returns how many.

    Whoever a changed record speaks of, now or before; whose records were joined or parted; whose next date has come.
    """
    with writer(settings) as connection:
        connection.begin()
        connection.execute("delete from ops.changed_party")
        connection.execute(
            f"""
            insert into ops.changed_party
            with now as ({_parties_now(connection)}),
            moved as (
                select coalesce(now.party_key, before.party_key) as party_key
                from now full join ops.build_party as before using (party_key)
                where now.person_id is distinct from before.person_id or now.signature is distinct from before.signature
            ),
            keys as (
                select party_key from ops.changed_record where party_key is not null
                union select party_key from moved
            ),
            -- a call may name nobody but the row of our list
            called as (
                select call.person_id from intermediate.int_identity__call as call
                inner join ops.changed_record as record
                    on record.entity = 'calls' and call.call_id = record.source_system || ':' || record.record_key
            ),
            persons as (
                select person_id, account_person_id from now semi join keys using (party_key)
                union select person_id, account_person_id from now semi join called using (person_id)
                union select person_id, account_person_id from ops.build_party semi join keys using (party_key)
            ),
            listed as (select party_key as person_id from ops.changed_record where entity = $lists),
            due as (
                select person_id from intermediate.int_dormancy__next where next_change_on <= $as_of
                -- evidence may come until some days after dormant_on, and an open inquiry grows older until then
                union select person_id from intermediate.int_cause__spell
                where known_until_on = (select base_on from ops.build_plan) and end_on is null
            )
            select person_id from persons
            union select account_person_id from persons where account_person_id is not null
            union select person_id from due
            union select person_id from listed
            """,
            {"as_of": as_of, "lists": OWN_LISTS},
        )
        # rows of a contact are kept under its own id in some tables, its facts count for the account
        connection.execute(
            f"insert into ops.changed_party select person_id from ({_parties_now(connection)})"
            " where account_person_id in (select person_id from ops.changed_party)"
            " and person_id not in (select person_id from ops.changed_party) group by person_id"
        )
        connection.execute("delete from ops.changed_member")
        connection.execute(
            f"insert into ops.changed_member select party_key from ({_parties_now(connection)})"
            " where coalesce(account_person_id, person_id) in (select person_id from ops.changed_party)"
        )
        [count] = connection.execute("select count(*) from ops.changed_party").fetchone()
        connection.commit()
    return count


def keep(connection, as_of: date) -> None:
    """The build of `as_of` stands: the next one may start from it. Call in the transaction that says so."""
    connection.execute("delete from ops.build_base")
    connection.execute(
        "insert into ops.build_base select as_of, policy_version, code_hash, seen_until from ops.build_plan where as_of = ?",
        [as_of],
    )
    connection.execute("delete from ops.build_party")
    connection.execute(f"insert into ops.build_party {_parties_now(connection)}")


def forget(connection) -> None:
    """The next build makes everything anew: for whoever changes rows that were loaded before."""
    connection.execute("delete from ops.build_base")


@dataclass(frozen=True)
class _Base:
    as_of: date
    policy_version: str
    code_hash: str
    seen_until: datetime | None


def _base(connection) -> _Base | None:
    found = connection.execute("select as_of, policy_version, code_hash, seen_until from ops.build_base").fetchone()
    return _Base(*found) if found else None


def _reason_for_full(base: _Base | None, as_of: date, policy_version: str, code: str) -> str:
    if base is None:
        return "前回の構築が残っていません"
    if base.code_hash != code:
        return "モデルが変わりました"
    if base.policy_version != policy_version:
        return "ルールが変わりました"
    if as_of < base.as_of:
        return f"前回 ({base.as_of}) より前の業務日です"
    if (as_of.year, as_of.month) != (base.as_of.year, base.as_of.month):
        return "月が変わりました (学習値の更新)"
    return ""


def _reason_in_the_warehouse(connection, base: _Base, as_of: date) -> str:
    """A rule that begins or ends between the two dates, or a source whose data may be used otherwise than before."""
    tables = connection.execute(
        "select table_name from information_schema.columns where table_schema = 'rules' and column_name = 'valid_from'"
    ).fetchall()
    for [table] in tables:
        [turning] = connection.execute(
            f'select count(*) from rules."{table}" where (valid_from > $base and valid_from <= $as_of)'
            " or (valid_to > $base and valid_to <= $as_of)",
            {"base": base.as_of, "as_of": as_of},
        ).fetchone()
        if turning:
            return f"ルール {table} の有効期間が変わります"
    [changed] = connection.execute(
        "select count(*) from ops.file_ledger as fresh inner join ops.file_ledger as known using (source)"
        " where fresh.committed_at > $seen and known.committed_at <= $seen and fresh.purposes is distinct from known.purposes",
        {"seen": base.seen_until},
    ).fetchone()
    return "取込元の利用目的が変わりました" if changed else ""


def _count(connection, condition: str, *values) -> int:
    return connection.execute(f"select count(*) from ops.changed_record where {condition}", list(values)).fetchone()[0]


def _note_records(connection, base: _Base, as_of: date) -> None:
    """Fill ops.changed_record: every record that a build of `as_of` may see otherwise than the base's did."""
    connection.execute(
        "create or replace temp table fresh_delivery as select delivery_id, source, business_date, mode from ops.file_ledger"
        " where state = 'loaded' and (?::timestamp is null or committed_at > ?)",
        [base.seen_until, base.seen_until],
    )
    window = {
        "base_end": base.as_of + timedelta(days=1),
        "end": as_of + timedelta(days=1),
        "base": base.as_of,
        "as_of": as_of,
    }
    for name in [*PARTIES, *PARENTS, *COMMON, OWN_LISTS]:
        entity = canonical().entities[name]
        query = _changed_keys(entity)
        used = {key: value for key, value in window.items() if f"${key} " in query}
        connection.execute(f"create or replace temp table changed_key as {query}", used)
        # the record itself, and whoever any of its versions speaks of
        for party in _party_expressions(entity):
            connection.execute(
                f"insert into ops.changed_record select distinct '{_reported_as(name)}', r.source_system, {_record_key(entity)}, {party}, late_known_at"
                f" from raw.{name} as r inner join changed_key using ({', '.join(_grain(entity))})"
            )


def _reported_as(name: str) -> str:
    # an order is versioned with its lines
    return "orders" if name == "order_lines" else name


def _grain(entity: Entity) -> list[str]:
    return ["source_system", *(("order_id",) if entity.name == "order_lines" else entity.key)]


def _record_key(entity: Entity) -> str:
    return " || ':' || ".join(f"r.{column}" for column in _grain(entity)[1:])


def _party_expressions(entity: Entity) -> list[str]:
    if entity.name == OWN_LISTS:
        return ["r.person_id"]
    own = [f"r.source_system || ':' || r.{column}" for column in PARTIES.get(entity.name, ())]
    if entity.name in PARENTS:
        parent, column = PARENTS[entity.name]
        # one row per party the parent ever named
        for party in PARTIES[parent]:
            own.append(
                f"unnest((select coalesce(list(distinct p.source_system || ':' || p.{party}), [null]) from raw.{parent} as p"
                f" where p.source_system = r.source_system and p.{column} = r.{column}))"
            )
    return own or ["null"]


def _changed_keys(entity: Entity) -> str:
    """Keys with a version that the base did not know, unless it says what was known; or with a date that has come."""
    grain = ", ".join(_grain(entity))
    dates = [c.name for c in entity.columns.values() if c.type in ("date", "timestamp")]
    come = " or ".join(f"($base < cast({name} as date) and $as_of >= cast({name} as date))" for name in dates) or "false"
    content = "record_hash" if entity.name != "order_lines" else "string_agg(record_hash, ',' order by record_hash)"
    grouped = "group by all" if entity.name == "order_lines" else ""
    order = "known_at, business_date, delivery_sequence, delivery_id"
    return f"""
        with version as (
            select {grain}, {order}, {content} as content,
                $base_end <= known_at or delivery_id in (select delivery_id from fresh_delivery) as is_fresh
            from raw.{entity.name} where $end > known_at {grouped}
        ),
        fresh as (select * from version where is_fresh),
        before as (
            select {grain}, arg_max(content, ({order})) as content, max(known_at) as known_at
            from version semi join fresh using ({grain}) where not is_fresh group by all
        )
        select {grain}, case when fresh.known_at < $base_end then fresh.known_at end as late_known_at
        from fresh left join before using ({grain})
        where before.content is distinct from fresh.content or fresh.known_at < before.known_at
        union
        select {grain}, null from raw.{entity.name} where $end > known_at and ({come})
        {_absent(entity)}
    """


def _absent(entity: Entity) -> str:
    """Keys that a new full delivery no longer holds: after enough of them they count as deleted."""
    if entity.name not in (*IDENTITY, "products"):
        return ""
    grain = ", ".join(f"r.{column}" for column in _grain(entity))
    return f"""
        union
        select {grain}, null from raw.{entity.name} as r inner join ops.file_ledger as ledger using (delivery_id)
        inner join (
            select source, max(business_date) as full_on from fresh_delivery where mode = 'full' group by source
        ) as newest on ledger.source = newest.source
        group by {grain} having max(r.business_date) < max(newest.full_on)
    """


def _parties_now(connection) -> str:
    """party_key, person_id, account_person_id, signature of everything about the party that states and causes read."""
    columns = [
        name
        for [name] in connection.execute(
            "select column_name from information_schema.columns where table_schema = 'intermediate'"
            " and table_name = 'int_identity__party' order by column_name"
        ).fetchall()
        if name not in PARTY_COLUMNS_LEFT_OUT
    ]
    return (
        "select m.party_key, m.person_id, p.account_person_id,"
        f" hash({', '.join(f'p.{name}' for name in columns)})::varchar as signature"
        " from intermediate.int_identity__member as m"
        " left join intermediate.int_identity__party as p on m.person_id = p.person_id"
    )
