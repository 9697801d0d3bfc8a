"""Files on disk around a commit: archive before it, set aside what was refused, clear landing last."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from include import files
from include.ingest import manifest
from include.ingest.deliveries import Delivery, sha256_of
from include.settings import Settings


def archive_path(settings: Settings, sha256: str, suffix: str) -> Path:
    """Where an accepted file lies for good, by its content."""
    return settings.archive / sha256[:2] / f"{sha256}{suffix.lower()}"


def slip_path(settings: Settings, source: str, delivery_id: str) -> Path:
    """Where the archive notes what a file was a delivery of."""
    return settings.archive / "deliveries" / source / f"{delivery_id}.json"


def archive(settings: Settings, delivery: Delivery) -> Path:
    """Copy a delivery's content into the archive, then its slip; what is already there is left alone."""
    target = archive_path(settings, delivery.stored_sha256, Path(delivery.file_name).suffix)
    if not target.exists():
        _copy(delivery.content, target)
    slip = slip_path(settings, delivery.source, delivery.delivery_id)
    if not slip.exists():
        files.write_atomically(slip, files.as_json(delivery.slip()), files.PRIVATE)
    return target


def set_aside(settings: Settings, delivery: Delivery) -> Path:
    """Keep a refused file under its own name; another content of that name gets its hash into the name."""
    target = settings.rejected / delivery.source / "files" / delivery.file_name
    if target.exists() and sha256_of(target) != delivery.sha256:
        target = target.with_name(f"{target.stem}.{delivery.sha256[:8]}{target.suffix}")
    if not target.exists():
        _copy(delivery.content, target)
    return target


def kept_path(settings: Settings, source: str, file_name: str, sha256: str) -> Path | None:
    """Where a refused file was set aside; None when it is no longer there."""
    plain = settings.rejected / source / "files" / file_name
    named = plain.with_name(f"{plain.stem}.{sha256[:8]}{plain.suffix}")
    return next((path for path in (plain, named) if path.exists() and sha256_of(path) == sha256), None)


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.tmp")
    shutil.copyfile(path, partial)
    partial.chmod(0o600)
    os.replace(partial, target)


def remove(settings: Settings, path: Path) -> None:
    """Take a finished file and what announced it out of landing, then folders that are empty now."""
    for companion in manifest.companions(path):
        companion.unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    folder = path.parent
    for name in manifest.FOLDER_MANIFESTS:
        if (folder / name).exists() and not any(manifest.listed(folder / name)):
            (folder / name).unlink()
    while folder != settings.landing and folder.parent != settings.landing:
        try:
            folder.rmdir()
        except OSError:
            break
        folder = folder.parent


def unpacked_folder(scratch: Path) -> Path:
    """Where a run lays the contents of packages, beside its scratch database."""
    return scratch.with_suffix(".unpacked")


def discard(scratch: Path) -> None:
    """Remove a scratch database and the log that a killed run may have left beside it."""
    for path in (scratch, scratch.with_name(f"{scratch.name}.wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(unpacked_folder(scratch), ignore_errors=True)
    if scratch.parent.is_dir() and not any(scratch.parent.iterdir()):
        scratch.parent.rmdir()
