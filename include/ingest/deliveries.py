"""Files in landing and what they are deliveries of: source, entity, business date, mode, part, order."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from include.contracts import Contract, Feed
from include.ingest import manifest
from include.ingest.manifest import Manifest

UNKNOWN = "_unknown"  # what lies in landing itself, in no source's folder
PARTIAL = (".tmp", ".part", ".filepart", ".crdownload")
DATE_IN_NAME = r"(?<!\d)(?P<date>(?:19|20)\d{2}[-_]?\d{2}[-_]?\d{2})"
STAMP = re.compile(r"(?<!\d)\d{8}[-_T]?(\d{6})(?!\d)")
PART = re.compile(r"(?:[_-](\d+)of\d+|\s*\((\d+)\))$")
MODE = re.compile(r"(?:^|_)(full|delta)(?:_|$)")
FOLDER_DATE = re.compile(r"business_date=(\d{4}-\d{2}-\d{2})$")


@dataclass(frozen=True)
class Delivery:
    """One file as delivered. `sequence` orders deliveries of one business date; `is_dated`: the date is the source's own."""

    delivery_id: str
    source: str
    path: Path
    file_name: str
    sha256: str
    business_date: date
    is_dated: bool
    mode: str
    part: str
    sequence: int
    feeds: tuple[Feed, ...]
    manifest: Manifest

    @property
    def entities(self) -> str:
        return ",".join(sorted({feed.entity for feed in self.feeds}))

    @property
    def known_at(self) -> datetime:
        return datetime.combine(self.business_date, datetime.max.time()).replace(microsecond=0)


def data_files(landing: Path) -> dict[str, list[Path]]:
    """Source folder -> its data files, without hidden, partial and companion files; ordered by path."""
    found: dict[str, list[Path]] = {}
    if not landing.is_dir():
        return found
    for path in sorted(landing.rglob("*")):
        inside = path.relative_to(landing)
        if not path.is_file() or any(piece.startswith((".", "~$")) for piece in inside.parts):
            continue
        if path.name.lower().endswith(PARTIAL) or manifest.is_companion(path):
            continue
        found.setdefault(inside.parts[0] if len(inside.parts) > 1 else UNKNOWN, []).append(path)
    return found


def is_settled(path: Path, settle_seconds: float) -> bool:
    """Announced by a companion, or untouched for the rule's seconds."""
    return manifest.is_announced(path) or seconds_to_settle(path, settle_seconds) <= 0


def seconds_to_settle(path: Path, settle_seconds: float) -> float:
    try:
        return path.stat().st_mtime + settle_seconds - time.time()
    except FileNotFoundError:
        return 0.0


def sha256_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def place(landing: Path, path: Path) -> tuple[str | None, date | None]:
    """Entity folder and business date folder of a path, where it has them."""
    folders = path.relative_to(landing).parts[1:-1]
    entity, day = None, None
    for folder in folders:
        if found := FOLDER_DATE.match(folder):
            day = date.fromisoformat(found[1])
        else:
            entity = folder
    return entity, day


def date_in(stem: str, pattern: str | None) -> date | None:
    """The date a file name carries; a number that is no date is no date."""
    for found in re.finditer(pattern or DATE_IN_NAME, stem):
        try:
            return date.fromisoformat(re.sub(r"\D", "", found["date"]))
        except ValueError:
            continue
    return None


def describe(
    landing: Path, path: Path, contract: Contract, sha256: str, claims: Manifest, undated: date
) -> Delivery:
    """What this file is a delivery of. `undated` is its business date where nothing names one."""
    stem = path.stem
    folder_entity, folder_date = place(landing, path)
    own_date = claims.business_date or folder_date or date_in(stem, contract.date_in_name)
    number = PART.search(stem)
    stamp = STAMP.search(stem)
    mode = MODE.search(stem)
    feeds = contract.feeds_for(path.name, folder_entity)
    business_date = own_date or undated
    part = re.sub(r"\d{4}[-_]?\d{2}[-_]?\d{2}([-_T]?\d{6})?", "", stem).strip("_- ")
    found_mode = claims.mode or (mode[1] if mode else contract.mode)
    entities = ",".join(sorted({feed.entity for feed in feeds}))
    identity = "|".join((contract.source, entities, business_date.isoformat(), found_mode, part, sha256))
    sequence = int(stamp[1]) * 10**6 if stamp else 0
    sequence += int(number[1] or number[2]) * 10**3 if number else 0
    return Delivery(
        delivery_id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        source=contract.source,
        path=path,
        file_name=path.name,
        sha256=sha256,
        business_date=business_date,
        is_dated=own_date is not None,
        mode=found_mode,
        part=part,
        sequence=sequence,
        feeds=feeds,
        manifest=claims,
    )
