"""The only place that opens DuckDB: one writer, read-only for everybody else."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from include.errors import GateStop
from include.settings import Settings

SCHEMA_VERSION = 4
# version -> what a warehouse of the version before it lacks; tables that are new come with OPS_DDL
UPGRADES = {
    2: "alter table ops.file_ledger add column if not exists absent_fulls bigint",
    3: """
        alter table ops.file_ledger add column if not exists rows_superseded bigint;
        alter table ops.file_ledger add column if not exists corrects varchar;
        alter table ops.file_ledger add column if not exists is_dated boolean;
        update ops.file_ledger set rows_superseded = 0 where rows_superseded is null;
        alter table ops.rejected_row add column if not exists state varchar;
        alter table ops.rejected_row add column if not exists resolved_by varchar;
        update ops.rejected_row set state = 'open' where state is null;
    """,
    4: "alter table ops.changed_party add column if not exists has_news boolean",
}

OPS_DDL = """
create schema if not exists raw;
create schema if not exists ops;
create table if not exists ops.schema_version (version integer);
create table if not exists ops.file_ledger (
    delivery_id varchar primary key, source varchar, source_system varchar, file_name varchar,
    delivered_sha256 varchar, stored_sha256 varchar, business_date date, mode varchar, part varchar,
    delivery_sequence bigint, known_at timestamp, purposes varchar, entities varchar,
    rows_in bigint, rows_loaded bigint, rows_rejected bigint, rows_superseded bigint,
    absent_fulls bigint, corrects varchar, is_dated boolean,
    state varchar, message varchar, run_id varchar, committed_at timestamp
);
create table if not exists ops.rejected_row (
    delivery_id varchar, source varchar, source_file varchar, source_row bigint, column_name varchar,
    value_masked varchar, rule_id varchar, reason_ja varchar, fix_ja varchar, state varchar, resolved_by varchar
);
create table if not exists ops.gate_result (
    run_id varchar, as_of date, gate varchar, subject varchar, check_name varchar, is_success boolean,
    observed varchar, message_ja varchar, checked_at timestamp
);
create table if not exists ops.delivery_profile (
    delivery_id varchar, file_name varchar, source varchar, entity varchar, mode varchar, business_date date,
    column_name varchar, kind varchar, row_count bigint, seen_count bigint, filled_count bigint, low double,
    middle double, high double, negative_share double, length double, digit_share double, kana_share double, parts varchar
);
create table if not exists ops.publication (
    list_id varchar, channel varchar, campaign_id varchar, business_date date, file_name varchar,
    row_count bigint, sha256 varchar, state varchar, run_id varchar, published_at timestamp
);
create table if not exists ops.acceptance (
    source varchar, delivered_sha256 varchar, delivery_id varchar, file_name varchar, reason varchar,
    accepted_by varchar, accepted_at timestamp
);
create table if not exists ops.policy (policy_version varchar, as_of date, seeds_hash varchar);
create table if not exists ops.build_base (
    as_of date, policy_version varchar, code_hash varchar, seen_until timestamp
);
create table if not exists ops.build_plan (
    as_of date, is_incremental boolean, policy_version varchar, code_hash varchar, seen_until timestamp, base_on date
);
create table if not exists ops.build_party (
    party_key varchar, person_id varchar, account_person_id varchar, signature varchar
);
create table if not exists ops.changed_record (entity varchar, source_system varchar, record_key varchar, party_key varchar, late_known_at timestamp);
create table if not exists ops.changed_key (party_key varchar);
create table if not exists ops.former_block (block_key varchar);
create table if not exists ops.touched_key (party_key varchar);
create table if not exists ops.changed_person (person_id varchar);
create table if not exists ops.settled_entity (entity varchar);
create table if not exists ops.changed_party (person_id varchar, has_news boolean);
create table if not exists ops.changed_member (party_key varchar);
create table if not exists ops.run (
    run_id varchar, as_of date, stage varchar, state varchar, inputs_fingerprint varchar,
    policy_version varchar, row_count bigint, seconds double, engine_seconds double, started_at timestamp, ended_at timestamp
);
"""


def _connect(path: Path, settings: Settings, read_only: bool) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), read_only=read_only)
    connection.execute(f"set threads = {settings.warehouse_threads}")
    connection.execute(f"set memory_limit = '{settings.warehouse_memory}'")
    connection.execute("set preserve_insertion_order = false")
    return connection


@contextmanager
def writer(settings: Settings, path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The one writer of the warehouse (or of a scratch file at `path`)."""
    target = path or settings.warehouse
    target.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(target, settings, read_only=False)
    try:
        if path is None:
            ensure_ops(connection)
        yield connection
    finally:
        connection.close()


def ensure_ops(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the bookkeeping tables of schema `ops` where they are missing; lead an earlier version to this one.

    Raises `GateStop` for a warehouse that a later release has written.
    """
    connection.execute(OPS_DDL)
    [found] = connection.execute("select max(version) from ops.schema_version").fetchone()
    if found is None:
        connection.execute("insert into ops.schema_version values (?)", [SCHEMA_VERSION])
    elif found > SCHEMA_VERSION:
        raise GateStop(
            "schema",
            f"倉庫は新しい版 ({found}) で作られています。この版 ({SCHEMA_VERSION}) では開けません。"
            "新しい版を使うか、ingest --rebuild で保管庫から作り直してください。",
        )
    for version in range(found or SCHEMA_VERSION, SCHEMA_VERSION):
        _upgrade(connection, version + 1)


def _upgrade(connection: duckdb.DuckDBPyConnection, version: int) -> None:
    connection.begin()
    connection.execute(UPGRADES[version])
    connection.execute("update ops.schema_version set version = ?", [version])
    connection.commit()


@contextmanager
def reader(settings: Settings, path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Read-only; raises `duckdb.IOException` when the file is not there."""
    connection = _connect(path or settings.warehouse, settings, read_only=True)
    try:
        yield connection
    finally:
        connection.close()


_held: dict[Path, int] = {}


@contextmanager
def exclusive(settings: Settings, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the writer's lock file; reentrant in one process, released by the kernel when it is killed.

    Raises `GateStop` when another process still holds it after `wait_seconds`.
    """
    path = settings.warehouse.with_name("writer.lock")
    if path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(descriptor, path, time.monotonic() + wait_seconds)
        _held[path] = descriptor
        yield
    finally:
        _held.pop(path, None)
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = path.read_text() or "不明"
                raise GateStop(
                    "lock",
                    f"別の実行 (プロセス {holder}) が {path.parent} を使用中です。終わってからもう一度実行してください。",
                ) from None
            time.sleep(0.2)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return
