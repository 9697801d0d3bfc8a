"""Files on disk around a commit: archive before it, set aside what was refused, clear landing last."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from include.ingest import manifest
from include.ingest.deliveries import sha256_of
from include.settings import Settings


def archive_path(settings: Settings, sha256: str, suffix: str) -> Path:
    """Where an accepted file lies for good, by its content."""
    return settings.archive / sha256[:2] / f"{sha256}{suffix.lower()}"


def archive(settings: Settings, path: Path, sha256: str) -> Path:
    """Copy a file into the archive; a copy that is already there is left alone."""
    target = archive_path(settings, sha256, path.suffix)
    if not target.exists():
        _copy(path, target)
    return target


def set_aside(settings: Settings, source: str, path: Path, sha256: str) -> Path:
    """Keep a refused file under its own name; another content of that name gets its hash into the name."""
    folder = settings.rejected / source / "files"
    target = folder / path.name
    if target.exists() and sha256_of(target) != sha256:
        target = folder / f"{path.stem}.{sha256[:8]}{path.suffix}"
    if not target.exists():
        _copy(path, target)
    return target


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


def discard(scratch: Path) -> None:
    """Remove a scratch database and the log that a killed run may have left beside it."""
    for path in (scratch, scratch.with_name(f"{scratch.name}.wal")):
        path.unlink(missing_ok=True)
    if scratch.parent.is_dir() and not any(scratch.parent.iterdir()):
        scratch.parent.rmdir()
