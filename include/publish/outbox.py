"""The outbox on disk: `outbox/<channel>/<business_date>/<list_id>/`; present = complete, delivered = frozen.

A publication of all channels is one step: everything is written to `.staging`, which is renamed to
`.commit`; from then on it is delivered, and whoever comes next finishes moving it into place.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from include import files
from include.errors import GateStop
from include.publish.exposures import ListSpec
from include.publish.vendor_file import parse_keys, render_recall
from include.settings import Settings

STAGING = ".staging"
COMMIT = ".commit"
HISTORY = "history.csv"
MANIFEST = "manifest.json"
OWN_LISTS = "okoshi_lists"
RECALL = re.compile(r"recall_(\d+)\.csv")


@dataclass(frozen=True)
class Delivered:
    """One list directory as it lies in the outbox."""

    directory: Path
    manifest: dict
    data: bytes
    keys: tuple[str, ...]
    recalled: frozenset[str]

    @property
    def sha256(self) -> str:
        return self.manifest["files"][0]["sha256"]


def list_directory(settings: Settings, channel: str, business_date: date, list_id: str) -> Path:
    return settings.outbox / channel / business_date.isoformat() / list_id


def list_dates(settings: Settings) -> list[date]:
    """Every business date that has a list in the outbox, ascending."""
    found = {path.parent.name for path in settings.outbox.glob("[!.]*/*/*/") if path.is_dir()}
    return sorted(date.fromisoformat(name) for name in found)


def stage(settings: Settings) -> Path:
    """An empty staging directory; what a killed run left there was never delivered."""
    staging = settings.outbox / STAGING
    files.remove(staging)
    staging.mkdir(parents=True)
    return staging


def stage_list(staging: Path, business_date: date, manifest: dict, data: bytes) -> None:
    directory = staging / manifest["channel"] / business_date.isoformat() / manifest["list_id"]
    directory.mkdir(parents=True)
    files.write(directory / manifest["files"][0]["name"], data, files.PRIVATE)
    files.write(directory / MANIFEST, files.as_json(manifest), files.PRIVATE)
    files.flush_directory(directory)


def commit(settings: Settings) -> None:
    """The one step that delivers: afterwards the staged publication is frozen."""
    files.move_directory(settings.outbox / STAGING, settings.outbox / COMMIT)


def roll_forward(settings: Settings, keep_history) -> bool:
    """Finish a committed publication; True if there was one. `keep_history(business_date, bytes)` stores its keys."""
    committed = settings.outbox / COMMIT
    if not committed.is_dir():
        return False
    for source in sorted(path for path in committed.glob("*/*/*/") if path.is_dir()):
        channel, business_date, list_id = source.relative_to(committed).parts
        target = list_directory(settings, channel, date.fromisoformat(business_date), list_id)
        if target.exists():
            raise GateStop(
                "list", f"リスト {list_id} が二重に確定されています。{COMMIT} と outbox を見比べてください。"
            )
        files.move_directory(source, target)
    for history in sorted(committed.glob(f"*.{HISTORY}")):
        keep_history(date.fromisoformat(history.name.removesuffix(f".{HISTORY}")), history.read_bytes())
    files.remove(committed)
    return True


def read(directory: Path, spec: ListSpec) -> Delivered:
    """Read a list back from disk; raises GateStop when file and manifest do not agree."""
    manifest = json.loads((directory / MANIFEST).read_text())
    entry = manifest["files"][0]
    data = (directory / entry["name"]).read_bytes()
    try:
        keys = tuple(parse_keys(spec, data))
    except (UnicodeError, ValueError, IndexError):
        keys = None
    if keys is None or files.sha256(data) != entry["sha256"] or len(keys) != entry["rows"]:
        raise GateStop(
            "readback",
            f"リスト {manifest['list_id']} のファイル {entry['name']} が manifest.json と一致しません"
            f"(件数 {entry['rows']:,} または sha256)。書き換えられた可能性があります。業者に渡さず、管理者に連絡してください。",
        )
    recalled = frozenset(
        key for path in recall_files(directory) for key in parse_keys(spec.recall, path.read_bytes())
    )
    return Delivered(directory, manifest, data, keys, recalled)


def recall_files(directory: Path) -> list[Path]:
    found = [(int(match[1]), path) for path in directory.iterdir() if (match := RECALL.fullmatch(path.name))]
    return [path for _, path in sorted(found)]


def write_recall(delivered: Delivered, spec: ListSpec, keys: list[str]) -> Path | None:
    """Add `recall_<n>.csv` for keys not yet recalled; None when there are none."""
    fresh = sorted(set(keys) - delivered.recalled)
    if not fresh:
        return None
    path = delivered.directory / f"recall_{len(recall_files(delivered.directory)) + 1}.csv"
    files.write_atomically(path, render_recall(spec, fresh), files.PRIVATE)
    return path


def clear_leftovers(settings: Settings) -> None:
    """Remove what a killed run wrote aside: never delivered, so never missed."""
    files.remove(settings.outbox / STAGING)
    for path in [*settings.outbox.glob("*/*/*/.*.tmp"), *settings.landing.glob(f"{OWN_LISTS}/.*.tmp")]:
        os.unlink(path)
