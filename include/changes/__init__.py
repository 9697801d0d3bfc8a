"""What changed since the last finished build, and whom it concerns: the base of an incremental build.

A build is incremental when the build before it finished, under the same rules and code, in the same month and not for a later
date; else everything is made anew. Both give the same tables. A build takes the base away when it begins and leaves a new one when it
ends, so that after a killed or failed build everything is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from include.changes import identity, parties, records
from include.settings import Settings
from include.warehouse import writer

# layers whose tables replace their rows; those of later layers are made anew, or keep the ends of months by themselves
REPLACED_LAYERS = ("staging", "people", "dormancy")


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
        connection.execute("drop schema if exists changed cascade; create schema changed")
        if base and not reason:
            reason = _reason_in_the_warehouse(connection, base, as_of)
        if base and not reason:
            records.note(connection, base.as_of, base.seen_until, as_of)
            records.note_settled(connection)
            if _count(connection, "entity in (select unnest(?))", list(records.COMMON)):
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


class Work(NamedTuple):
    """How a layer is built: by which dbt selector, all of it or what changed, without the models that read nothing but `settled` entities."""

    selector: str
    is_full: bool = True
    settled: frozenset[str] = frozenset()


def work(settings: Settings, layer: str, as_of: date) -> Work:
    """What a build has to do for a layer; notes whom the changes concern before it."""
    if layer not in REPLACED_LAYERS or is_full(settings):
        return Work(layer)
    if layer == "people":
        identity.note(settings)
        if identity.is_settled(settings):
            return Work("people_settled", is_full=False)
    if layer == "dormancy":
        parties.concern(settings, as_of)
    return Work(layer, is_full=False, settled=_settled(settings) if layer == "staging" else frozenset())


def keep(connection, as_of: date) -> None:
    """The build of `as_of` stands: the next one may start from it. Call in the transaction that says so."""
    connection.execute("delete from ops.build_base")
    connection.execute(
        "insert into ops.build_base select as_of, policy_version, code_hash, seen_until from ops.build_plan where as_of = ?",
        [as_of],
    )
    parties.keep(connection)


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


def _settled(settings: Settings) -> frozenset[str]:
    with writer(settings) as connection:
        return frozenset(name for [name] in connection.execute("select entity from ops.settled_entity").fetchall())


def _count(connection, condition: str, *values) -> int:
    return connection.execute(f"select count(*) from ops.changed_record where {condition}", list(values)).fetchone()[0]
