"""Files that are either whole or not there: written aside, flushed, renamed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

PRIVATE = 0o600
READABLE = 0o644


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def as_json(content: dict) -> bytes:
    """The same content is the same bytes: sorted keys, UTF-8, one final newline."""
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def write(path: Path, data: bytes, mode: int) -> None:
    """Create `path` with `data`, flushed to disk; the directory must be private to the caller."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as handle:
        os.fchmod(handle.fileno(), mode)
        handle.write(data)
        flush(handle.fileno())


def write_atomically(path: Path, data: bytes, mode: int = READABLE) -> None:
    """Replace `path` in one step; a reader sees the old bytes or the new ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.tmp")
    write(aside, data, mode)
    os.replace(aside, path)
    flush_directory(path.parent)


def move_directory(source: Path, target: Path) -> None:
    """Rename a finished directory into place; `target` must not exist."""
    flush_directory(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(source, target)
    flush_directory(target.parent)
    flush_directory(source.parent)


def remove(path: Path) -> None:
    """Remove a leftover directory or file, if there is one."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def flush(descriptor: int) -> None:
    os.fsync(descriptor)


def flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
