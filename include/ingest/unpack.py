"""Packages in landing: a gz holds one file, a zip several. What counts is the content, not how it was packed."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from include.ingest.problems import BadFile

ENDINGS = (".zip", ".gz")
JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db")
UTF8_NAMES = 0x800
ENCRYPTED = 0x1
UNREADABLE = (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, ValueError)
FIX = "もう一度圧縮して送り直してください"


@dataclass(frozen=True)
class Member:
    """One plain file: `content` holds its bytes, `name` is its own name; `path` is what lies in landing."""

    path: Path
    content: Path
    name: str


def is_package(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def holds(path: Path, is_wanted: Callable[[bytes], bool], size: int) -> bool:
    """Whether any file in a package begins as wanted, by its first `size` bytes; False for one that cannot be read."""
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as packed:
                return is_wanted(packed.read(size))
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                with archive.open(info) as packed:
                    if is_wanted(packed.read(size)):
                        return True
    except (*UNREADABLE, RuntimeError):  # RuntimeError: locked by a password
        pass
    return False


def members(path: Path, folder: Path) -> list[Member]:
    """The files in `path`, unpacked below `folder`; a plain file is its own only member.

    Raises `BadFile` for a package that is torn, empty or locked.
    """
    if not is_package(path):
        return [Member(path, path, path.name)]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = _zip(path, folder) if path.suffix.lower() == ".zip" else [_gz(path, folder)]
    except UNREADABLE:
        raise BadFile("C-ZIP", "圧縮ファイルが壊れています", FIX) from None
    if not found:
        raise BadFile("C-ZIP", "圧縮ファイルの中にファイルがありません", FIX)
    return found


def _gz(path: Path, folder: Path) -> Member:
    content = folder / f"0{Path(path.stem).suffix[:16]}"
    with gzip.open(path) as packed, content.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return Member(path, content, path.stem)


def _zip(path: Path, folder: Path) -> list[Member]:
    found = []
    with zipfile.ZipFile(path) as archive:
        for number, info in enumerate(sorted(archive.infolist(), key=lambda info: info.filename)):
            inside = PurePosixPath(_name(info))
            if info.is_dir() or any(piece in JUNK for piece in inside.parts) or inside.name.startswith("."):
                continue
            if info.flag_bits & ENCRYPTED:
                raise BadFile("C-ZIP", "圧縮ファイルにパスワードが掛かっています", "パスワードなしで送り直してください")
            content = folder / f"{number}{inside.suffix[:16]}"
            with archive.open(info) as packed, content.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            found.append(Member(path, content, inside.name))
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """Windows writes CP932 names without saying so; zipfile reads them as cp437."""
    if info.flag_bits & UTF8_NAMES:
        return info.filename
    try:
        return info.orig_filename.encode("cp437").decode("cp932").replace("\\", "/")
    except UnicodeError:
        return info.filename
