"""What may lie beside a file: `.done`, or a manifest that says what the file should be."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from include import files
from include.ingest.problems import BadFile

FOLDER_MANIFESTS = ("manifest.json", "manifest.csv")
FILE_ENDINGS = (".done", ".manifest.json")
FIX = "もう一度送り直してください"


@dataclass(frozen=True)
class Manifest:
    """Claims about one file; every one may be absent."""

    rows: int | None = None
    sha256: str | None = None
    encoding: str | None = None
    mode: str | None = None
    business_date: date | None = None

    def check_content(self, sha256: str, package: Path) -> None:
        """The claim may mean the content or the package it came in."""
        if self.sha256 and self.sha256.lower() not in (sha256, files.sha256_of(package)):
            raise BadFile("C-SUM", "内容がマニフェストの sha256 と違います (転送が途中で切れています)", FIX)

    def check_rows(self, rows: int) -> None:
        if self.rows is not None and self.rows != rows:
            raise BadFile("C-SUM", f"行数がマニフェストと違います (マニフェスト {self.rows} 行、ファイル {rows} 行)", FIX)


def is_companion(path: Path) -> bool:
    return path.name.endswith(FILE_ENDINGS) or path.name in FOLDER_MANIFESTS


def companions(path: Path) -> list[Path]:
    """The `.done` and manifest files that belong to this file alone and are there."""
    named = [path.with_name(path.name + ending) for ending in FILE_ENDINGS]
    named += [path.with_suffix(ending) for ending in FILE_ENDINGS]
    return [candidate for candidate in dict.fromkeys(named) if candidate.exists()]


def is_announced(path: Path) -> bool:
    """Whether a companion says that the file is complete."""
    return bool(companions(path)) or _folder_entry(path) is not None


def read(path: Path) -> Manifest:
    """The claims about a file; none where there is no manifest. Raises `BadFile` for an unreadable one."""
    own = [c for c in companions(path) if c.name.endswith(".manifest.json")]
    try:
        entry = json.loads(own[0].read_text(encoding="utf-8")) if own else _folder_entry(path) or {}
        rows, mode = entry.get("rows"), entry.get("mode")
        day = entry.get("business_date") or entry.get("extract_to")
        return Manifest(
            int(rows) if rows not in (None, "") else None,
            entry.get("sha256") or None,
            entry.get("encoding") or None,
            mode if mode in ("full", "delta") else None,
            date.fromisoformat(str(day)[:10]) if day else None,
        )
    except (ValueError, AttributeError, TypeError):
        raise BadFile("C-SUM", "マニフェストが読めません", "マニフェストを直してください") from None


def _folder_entry(path: Path) -> dict | None:
    for name in FOLDER_MANIFESTS:
        listing = path.with_name(name)
        if listing.exists():
            for entry in _entries(listing):
                if isinstance(entry, dict) and entry.get("file") == path.name:
                    return entry
    return None


def _entries(listing: Path) -> list:
    text = listing.read_text(encoding="utf-8-sig")
    if listing.suffix == ".csv":
        return list(csv.DictReader(text.splitlines()))
    try:
        found = json.loads(text)
    except ValueError:
        return []
    files = found.get("files", [found]) if isinstance(found, dict) else found
    return files if isinstance(files, list) else []


def listed(listing: Path) -> list[Path]:
    """The files of a folder manifest that are still beside it."""
    names = [entry.get("file") for entry in _entries(listing) if isinstance(entry, dict)]
    return [listing.with_name(name) for name in names if name and listing.with_name(name).exists()]
