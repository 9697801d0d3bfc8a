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
from include.ingest.unpack import Member

UNKNOWN = "_unknown"  # what lies in landing itself, in no source's folder
PARTIAL = (".tmp", ".part", ".filepart", ".crdownload")
DATE_IN_NAME = r"(?<!\d)(?P<date>(?:19|20)\d{2}[-_]?\d{2}[-_]?\d{2})"
STAMP = re.compile(r"(?<!\d)\d{8}[-_T]?(\d{6})(?!\d)")
COPY = re.compile(r"\s*\((\d+)\)$")  # a browser's second download of the same name
PIECE = re.compile(r"^(.*?)[_-]?(\d+)of(\d+)$")
MODE = re.compile(r"(?:^|_)(full|delta)(?:_|$)")
FOLDER_DATE = re.compile(r"business_date=(\d{4}-\d{2}-\d{2})$")


@dataclass(frozen=True)
class Delivery:
    """One file as delivered. `sequence` orders deliveries of one business date; `is_dated`: the date is the source's own.

    `path` is what lies in landing (a package may hold several deliveries), `content` the plain file, `sha256` of its
    bytes as delivered. `stored_sha256` names the archived file, which a lawful erasure may have rewritten.
    `corrects`: the delivery whose rejected rows it brings again.
    """

    delivery_id: str
    source: str
    path: Path
    content: Path
    file_name: str
    sha256: str
    stored_sha256: str
    business_date: date
    is_dated: bool
    mode: str
    part: str
    sequence: int
    feeds: tuple[Feed, ...]
    manifest: Manifest
    corrects: str = ""

    @property
    def entities(self) -> str:
        return ",".join(sorted({feed.entity for feed in self.feeds}))

    def slip(self) -> dict:
        """What the archive must know of it besides its bytes, to load it again into an empty warehouse."""
        return {
            "delivery_id": self.delivery_id,
            "source": self.source,
            "file_name": self.file_name,
            "delivered_sha256": self.sha256,
            "stored_sha256": self.stored_sha256,
            "business_date": self.business_date.isoformat(),
            "is_dated": self.is_dated,
            "mode": self.mode,
            "part": self.part,
            "sequence": self.sequence,
            "entities": self.entities,
            "encoding": self.manifest.encoding,
            "corrects": self.corrects,
        }

    @property
    def piece(self) -> tuple[str, int, int] | None:
        """(name of the set, number, how many) of a delivery that comes in several files."""
        found = PIECE.match(self.part)
        return (found[1], int(found[2]), int(found[3])) if found else None

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
    landing: Path,
    path: Path,
    contract: Contract,
    sha256: str,
    claims: Manifest,
    undated: date,
    member: Member | None = None,
) -> Delivery:
    """What this file is a delivery of. `undated` is its business date where nothing names one.

    A `member` of a package says first what it is; what its name leaves open, the package's name tells.
    """
    member = member or Member(path, path, path.name)
    stem, copy = Path(member.name).stem, COPY.search(Path(member.name).stem)
    stem = COPY.sub("", stem)
    outer = path.name.split(".")[0]
    folder_entity, folder_date = place(landing, path)
    pattern = contract.date_in_name
    own_date = claims.business_date or folder_date or date_in(stem, pattern) or date_in(outer, pattern)
    stamp = STAMP.search(stem) or STAMP.search(outer)
    mode = MODE.search(stem) or MODE.search(outer)
    feeds = contract.feeds_for(member.name, folder_entity)
    business_date = own_date or undated
    part = re.sub(r"\d{4}[-_]?\d{2}[-_]?\d{2}([-_T]?\d{6})?", "", stem).strip("_- ")
    found_mode = claims.mode or (mode[1] if mode else contract.mode)
    entities = ",".join(sorted({feed.entity for feed in feeds}))
    identity = "|".join((contract.source, entities, business_date.isoformat(), found_mode, part, sha256))
    piece = PIECE.match(part)
    number = int(piece[2]) if piece else int(copy[1]) if copy else 0
    sequence = (int(stamp[1]) * 10**6 if stamp else 0) + number * 10**3
    return Delivery(
        delivery_id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        source=contract.source,
        path=path,
        content=member.content,
        file_name=member.name,
        sha256=sha256,
        stored_sha256=sha256,
        business_date=business_date,
        is_dated=own_date is not None,
        mode=found_mode,
        part=part,
        sequence=sequence,
        feeds=feeds,
        manifest=claims,
    )
