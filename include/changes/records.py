"""Which records a build may see otherwise than the build before did: rows of ops.changed_record."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from include.contracts import canonical
from include.contracts.model import Entity

# columns that name the party a row speaks of, by entity; every entity stands here, in PARENTS, COMMON or NOBODY
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
    "campaign_assignments": ("party_id",),
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
    "hearings": ("calls", "call_id"),
}
# a row of our lists names the person by our own id
OWN_LISTS = "list_rows"
# an entity whose row may name nobody but a row of our lists, and by which column
LISTED = {"calls": ("list_row_id",)}
# a change of one of these may concern everybody
COMMON = ("products", "market_events")
# entities whose rows concern no party's state, and why
NOBODY = {
    "campaigns": "says what a campaign is; whom it reached are assignments, contacts and list rows",
    "offers": "what may be offered, read whole by every build",
    "agents": "who calls; a call names its party itself",
    "agency_capacity": "how many can be called on a day, read whole by every build",
    "list_exports": "who received a file; whom it named are list rows",
}
# every entity whose changes are noted, once
NOTED = tuple(dict.fromkeys((*PARTIES, *PARENTS, *COMMON, OWN_LISTS)))
# who is who depends on these alone
IDENTITY = ("customers", "accounts", "contacts", "contact_points")


def note_settled(connection) -> None:
    """Fill ops.settled_entity with what `note` looked at and found as the base left it: no new delivery, no change, no date that came."""
    connection.execute("delete from ops.settled_entity")
    connection.execute(
        "insert into ops.settled_entity select unnest(?::varchar[]) as entity"
        " except select entity from ops.changed_record"
        " except select 'order_lines' from ops.changed_record where entity = 'orders'"
        " except select unnest(string_split(entities, ',')) from ops.file_ledger semi join fresh_delivery using (delivery_id)",
        [list(NOTED)],
    )


def note(connection, base_on: date, seen_until: datetime | None, as_of: date) -> None:
    """Fill ops.changed_record for a build of `as_of`.

    base_on, seen_until: the date of the build before, and when the last delivery it saw was committed (None: it saw none).
    """
    connection.execute(
        "create or replace temp table fresh_delivery as select delivery_id, source, business_date, mode from ops.file_ledger"
        " where state = 'loaded' and (?::timestamp is null or committed_at > ? or (known_at >= ? and known_at < ?))",
        [seen_until, seen_until, base_on + timedelta(days=1), as_of + timedelta(days=1)],
    )
    window = {
        "base_end": base_on + timedelta(days=1),
        "end": as_of + timedelta(days=1),
        "base": base_on,
        "as_of": as_of,
    }
    for name in NOTED:
        entity = canonical().entities[name]
        query = _changed_keys(entity)
        used = {key: value for key, value in window.items() if f"${key} " in query}
        connection.execute(f"create or replace temp table changed_key as {query}", used)
        # the record itself, and whoever any of its versions speaks of
        for party, parent in _parties_named(entity):
            connection.execute(
                f"insert into ops.changed_record select distinct '{_reported_as(name)}', r.source_system, {_record_key(entity)}, {party}, late_known_at"
                f" from raw.{name} as r inner join changed_key using ({', '.join(_grain(entity))}) {parent}"
            )


def _reported_as(name: str) -> str:
    # an order is versioned with its lines
    return "orders" if name == "order_lines" else name


def _grain(entity: Entity) -> list[str]:
    return ["source_system", *(("order_id",) if entity.name == "order_lines" else entity.key)]


def _record_key(entity: Entity) -> str:
    return " || ':' || ".join(f"r.{column}" for column in _grain(entity)[1:])


def _parties_named(entity: Entity) -> list[tuple[str, str]]:
    """Ways in which a row `r` names a party: (expression, join that it needs). Once without any where there is none."""
    if entity.name == OWN_LISTS:
        return [("r.person_id", "")]
    named = [(f"r.source_system || ':' || r.{column}", "") for column in PARTIES.get(entity.name, ())]
    if entity.name in PARENTS:
        parent, column = PARENTS[entity.name]
        join = f"left join raw.{parent} as p on r.source_system = p.source_system and r.{column} = p.{column}"
        # one row per party the parent ever named
        named += [(f"p.source_system || ':' || p.{party}", join) for party in PARTIES[parent]]
    return named or [("null", "")]


def _changed_keys(entity: Entity) -> str:
    """Keys with a version that the base did not know, unless it says what was known; or with a date that has come."""
    grain = ", ".join(_grain(entity))
    dates = [c.name for c in entity.columns.values() if c.type in ("date", "timestamp")]
    come = " or ".join(f"($base < cast({name} as date) and $as_of >= cast({name} as date))" for name in dates) or "false"
    content = "record_hash" if entity.name != "order_lines" else "string_agg(record_hash, ',' order by record_hash)"
    grouped = "group by all" if entity.name == "order_lines" else ""
    order = "known_at, business_date, delivery_sequence, delivery_id"
    fresh = "($base_end <= known_at or delivery_id in (select delivery_id from fresh_delivery))"
    return f"""
        with told as materialized (select distinct {grain} from raw.{entity.name} where $end > known_at and {fresh}),
        version as (
            select {grain}, {order}, {content} as content, {fresh} as is_fresh
            from raw.{entity.name} semi join told using ({grain}) where $end > known_at {grouped}
        ),
        fresh as (select * from version where is_fresh),
        before as (
            select {grain}, arg_max(content, ({order})) as content, max(known_at) as known_at
            from version where not is_fresh group by all
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
