"""Compare what runs left behind: outbox bytes, snapshot tables, Parquet hashes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb


def outbox(data_root: Path) -> dict[str, str]:
    """Relative path -> sha256 of every file in the outbox."""
    root = data_root / "outbox"
    return {str(p.relative_to(root)): _sha256(p) for p in sorted(root.rglob("*")) if p.is_file()}


def tables(data_root: Path) -> dict[str, list[tuple]]:
    """Table name -> all rows of the BI snapshot, sorted."""
    with duckdb.connect(str(data_root / "serving" / "current.duckdb"), read_only=True) as connection:
        names = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        return {
            f"{schema}.{name}": connection.execute(f'select * from "{schema}"."{name}" order by all').fetchall()
            for schema, name in sorted(names)
        }


def serving_files(data_root: Path, as_of: str) -> dict[str, str]:
    """File name -> sha256 of the Parquet mirror and its manifest."""
    folder = data_root / "serving" / as_of
    return {str(p.relative_to(folder)): _sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def query(data_root: Path, sql: str, *parameters) -> list[tuple]:
    """Ask the BI snapshot."""
    with duckdb.connect(str(data_root / "serving" / "current.duckdb"), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def manifests(data_root: Path, business_date: str) -> dict[str, dict]:
    """Channel -> manifest.json of its list of that day."""
    found = (data_root / "outbox").glob(f"*/{business_date}/*/manifest.json")
    return {p.parts[-4]: json.loads(p.read_text(encoding="utf-8")) for p in found}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
