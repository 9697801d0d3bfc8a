"""The BI snapshot: allow-listed marts without PII, as one DuckDB file and as Parquet, swapped in whole."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from include import files, rules, warehouse
from include.contracts import canonical
from include.errors import GateStop
from include.publish import retention
from include.publish.exposures import manifest_path, meta_of
from include.settings import Settings

CURRENT = "current.duckdb"
MANIFEST = "manifest.json"
META_TABLE = "meta_snapshot"


@dataclass(frozen=True)
class Table:
    """One served relation: `columns` leave, ordered by `grain` and then by all the others."""

    name: str
    relation: str
    columns: tuple[str, ...]
    grain: tuple[str, ...]

    @property
    def query(self) -> str:
        order = [*self.grain, *(column for column in self.columns if column not in self.grain)]
        return f"select {_names(self.columns)} from {self.relation} order by {_names(order)}"


@dataclass(frozen=True)
class Snapshot:
    """`is_current` is False for a run older than the snapshot in use, which then stays."""

    as_of: date
    directory: Path
    tables: int
    rows: int
    is_current: bool


def swap_serving(settings: Settings, as_of: date, run_id: str, manifest: Path | None = None) -> Snapshot:
    """Write `serving/<as_of>/` and move `serving/current.duckdb` to it. `run_id` stays out of the snapshot."""
    tables = served_tables(manifest or manifest_path(settings))
    settings.serving.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(settings)
    staging = settings.serving / f".staging-{as_of}"
    staging.mkdir()
    with warehouse.reader(settings) as connection:
        content = _export(settings, connection, tables, as_of, staging)
    target = settings.serving / as_of.isoformat()
    _place_parquet(staging, target)
    newest = current_as_of(settings)
    is_current = newest is None or newest <= as_of
    if is_current:
        _place_current(settings, target, tables, content)
        retention.sweep(settings, as_of)
    return Snapshot(
        as_of, target, len(tables), sum(t["rows"] for t in content["tables"].values()), is_current
    )


def served_tables(manifest: Path) -> list[Table]:
    """Models with `meta.serve`, minus columns with `meta.pii`, by name."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    served = [n for n in nodes if n["resource_type"] == "model" and meta_of(n).get("serve") is True]
    return sorted((_table(node) for node in served), key=lambda table: table.name)


def current_as_of(settings: Settings) -> date | None:
    """The business date of the snapshot in use, read from the snapshot itself."""
    current = settings.serving / CURRENT
    if not current.exists():
        return None
    with warehouse.reader(settings, current) as connection:
        return connection.execute(f"select as_of from {META_TABLE}").fetchone()[0]


def _table(node: dict) -> Table:
    columns = tuple(name for name, column in node["columns"].items() if not meta_of(column).get("pii"))
    leaking = sorted(set(columns) & personal_columns())
    if leaking:
        raise GateStop(
            "serving",
            f"モデル {node['name']} の列 {', '.join(leaking)} は個人情報の列名ですが、meta.pii がありません。"
            "断面は前回のままです。モデルの yml に meta: {pii: true} を付けてください。",
        )
    grain = tuple(meta_of(node).get("grain") or ())
    return Table(node["name"], f"{node['schema']}.{node['alias']}", columns, grain)


def personal_columns() -> set[str]:
    """Canonical column names that hold a person's data in every entity that has them."""
    kinds: dict[str, set[bool]] = {}
    for entity in canonical().entities.values():
        for column in entity.columns.values():
            kinds.setdefault(column.name, set()).add(column.pii)
    return {name for name, is_personal in kinds.items() if is_personal == {True}}


def _export(
    settings: Settings, connection: duckdb.DuckDBPyConnection, tables: list[Table], as_of: date, staging: Path
) -> dict:
    # one thread and a full order: the same rows are the same bytes
    connection.execute("set threads = 1")
    connection.execute("set preserve_insertion_order = true")
    policy = connection.execute("select max(policy_version) from ops.policy").fetchone()[0]
    entries = {}
    for table in tables:
        path = staging / f"{table.name}.parquet"
        connection.execute(f"copy ({table.query}) to '{path}' (format parquet, compression zstd)")
        rows = connection.execute(f"select count(*) from {table.relation}").fetchone()[0]
        entries[table.name] = {"rows": rows, "sha256": files.sha256_of(path)}
    content = {
        "as_of": as_of.isoformat(),
        "policy_version": policy,
        "rules": {
            name: files.sha256_of(path) for name, path in sorted(rules.effective_files(settings).items())
        },
        "tables": entries,
    }
    files.write(staging / MANIFEST, files.as_json(content), files.READABLE)
    return content


def _place_parquet(staging: Path, target: Path) -> None:
    if target.exists():
        if (target / MANIFEST).read_bytes() == (staging / MANIFEST).read_bytes():
            files.remove(staging)
            return
        os.rename(target, target.with_name(f".old-{target.name}"))
    files.move_directory(staging, target)
    files.remove(target.with_name(f".old-{target.name}"))


def _place_current(settings: Settings, parquet: Path, tables: list[Table], content: dict) -> None:
    current, beside = settings.serving / CURRENT, settings.serving / MANIFEST
    if current.exists() and beside.exists() and beside.read_bytes() == files.as_json(content):
        return
    aside = settings.serving / f".{CURRENT}"
    with warehouse.writer(settings, aside) as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.execute("create schema marts")
        for table in tables:
            connection.execute(
                f'create table marts."{table.name}" as select * from read_parquet(?)',
                [str(parquet / f"{table.name}.parquet")],
            )
            # the plain name works too, for tools that show one schema only
            connection.execute(f'create view "{table.name}" as select * from marts."{table.name}"')
        connection.execute(f"create table {META_TABLE} (as_of date, policy_version varchar)")
        connection.execute(
            f"insert into {META_TABLE} values (?, ?)", [content["as_of"], content["policy_version"]]
        )
        connection.execute("checkpoint")
    with aside.open("rb") as handle:
        files.flush(handle.fileno())
    os.replace(aside, current)
    files.flush_directory(settings.serving)
    files.write_atomically(beside, files.as_json(content))


def _clear_leftovers(settings: Settings) -> None:
    for old in settings.serving.glob(".old-*"):
        target = old.with_name(old.name.removeprefix(".old-"))
        if not target.exists():
            os.rename(old, target)  # killed between the two renames: the old one is still the truth
    for leftover in [*settings.serving.glob(".staging-*"), *settings.serving.glob(".old-*")]:
        files.remove(leftover)
    for leftover in settings.serving.glob(f".{CURRENT}*"):
        files.remove(leftover)


def _names(columns) -> str:
    return ", ".join(f'"{column}"' for column in columns)
