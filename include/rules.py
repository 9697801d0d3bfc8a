"""Rule tables: dated CSV rows with owner and basis, shipped or replaced by RULES_DIR."""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from pathlib import Path

import yaml

from include import rule_types
from include.errors import GateStop
from include.settings import Settings

COMMON_COLUMNS = ("valid_from", "valid_to", "owner", "basis")

def shipped_dir(settings: Settings) -> Path:
    return settings.dbt_project / "seeds" / "rules"


def effective_files(settings: Settings) -> dict[str, Path]:
    """Table name -> the CSV in force: RULES_DIR's file where there is one, else the shipped one."""
    files = {path.stem: path for path in sorted(shipped_dir(settings).glob("rule_*.csv"))}
    if settings.rules_dir is None:
        return files
    for path in sorted(settings.rules_dir.glob("*.csv")):
        if path.stem not in files:
            raise GateStop("rules", f"{path}: 知らないルール表です。使える表: {', '.join(files)}。")
        files[path.stem] = path
    return files


def _declared(settings: Settings) -> dict[str, dict]:
    """Table name -> the config of its seed."""
    return {
        seed["name"]: seed.get("config", {})
        for path in sorted(shipped_dir(settings).glob("*.yml"))
        for seed in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("seeds", [])
    }


def keys(settings: Settings) -> dict[str, list[str]]:
    """Table name -> the columns that name what a row is about (`config.meta.rule_key` of its seed)."""
    return {name: _key(config) for name, config in _declared(settings).items()}


def types(settings: Settings) -> dict[str, dict[str, str]]:
    """Table name -> its columns and their SQL types, in order."""
    return {name: _types(config) for name, config in _declared(settings).items()}


def _key(config: dict) -> list[str]:
    return config.get("meta", {}).get("rule_key", [])


def _types(config: dict) -> dict[str, str]:
    return config.get("column_types", {})


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return next(csv.reader(handle), [])


def check(settings: Settings) -> None:
    """Header, owner, basis, dates, types and overlapping validity of every effective table, or `GateStop`."""
    declared = _declared(settings)
    for name, path in effective_files(settings).items():
        wanted = header(shipped_dir(settings) / f"{name}.csv")
        found = header(path)
        if found != wanted:
            raise GateStop("rules", f"{path} 1行目: 列が {found} です。正しくは {wanted} です。")
        rows = read_rows(path)
        config = declared.get(name, {})
        _check_rows(path, rows, _key(config))
        _check_types(path, rows, _types(config))


def _check_types(path: Path, rows: list[dict[str, str]], columns: dict[str, str]) -> None:
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise GateStop("rules", f"{path} {line}行目: 値の数が列の数 ({len(columns)}) と違います。カンマと引用符を直してください。")
        for column, sql_type in columns.items():
            if fix := rule_types.misfit(row[column], sql_type):
                raise GateStop("rules", f"{path} {line}行目 列 {column}: 値 {row[column]!r} が型 ({sql_type}) に合いません。{fix}。")


def _check_rows(path: Path, rows: list[dict[str, str]], key: list[str]) -> None:
    spans: dict[tuple, list[tuple[date, date, int]]] = {}
    for line, row in enumerate(rows, start=2):
        for column in ("valid_from", "owner", "basis"):
            if not (row.get(column) or "").strip():
                raise GateStop("rules", f"{path} {line}行目: 列 {column} が空です。値を入れてください。")
        subject = tuple(row[column] for column in key)
        spans.setdefault(subject, []).append((*_span(path, line, row), line))
    for found in spans.values():
        found.sort()
        for (_, end, first), (start, _, second) in zip(found, found[1:]):
            if start < end:
                raise GateStop(
                    "rules",
                    f"{path} {second}行目: 有効期間が {first}行目と重なっています。"
                    "valid_to を次の valid_from までにしてください。",
                )


def _span(path: Path, line: int, row: dict[str, str]) -> tuple[date, date]:
    try:
        start = date.fromisoformat(row["valid_from"])
        end = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
    except ValueError as error:
        raise GateStop("rules", f"{path} {line}行目: 日付は YYYY-MM-DD です ({error})。") from None
    if end <= start:
        raise GateStop("rules", f"{path} {line}行目: valid_to は valid_from より後の日にしてください。")
    return start, end


def in_force(settings: Settings, name: str, as_of: date) -> list[dict[str, str]]:
    """Rows of one table in force on `as_of`; validity is half-open [valid_from, valid_to)."""
    path = effective_files(settings)[name]
    return [
        row
        for line, row in enumerate(read_rows(path), start=2)
        if (span := _span(path, line, row))[0] <= as_of < span[1]
    ]


def policy_version(settings: Settings) -> str:
    """Hash of all effective rule tables (12 hex digits), independent of row order and line ends."""
    digest = hashlib.sha256()
    for name, path in effective_files(settings).items():
        rows = sorted(repr(sorted(row.items())) for row in read_rows(path))
        digest.update("\n".join([name, *rows]).encode())
    return digest.hexdigest()[:12]
