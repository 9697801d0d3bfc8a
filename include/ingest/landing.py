"""All that lies in landing for one source: its deliveries first, then rows that people have corrected."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from include.contracts import load_contracts
from include.ingest import deliveries, fixfile, limits, unclaimed, unpack
from include.ingest.corrections import Correction
from include.ingest.problems import BadFile
from include.ingest.result import SourceResult
from include.ingest.run import Run, scratch_path, with_defaults
from include.ingest.unpack import Member
from include.settings import Settings


def load_source(settings: Settings, source: str, as_of: date, run_id: str) -> SourceResult:
    """Load every settled file of one source. A bad file is set aside and makes the result red; the others load."""
    contract = load_contracts(settings.contracts_dirs).get(source)
    numbers = limits.read(settings, as_of)
    paths = [
        path
        for path in deliveries.data_files(settings.landing).get(source, [])
        if deliveries.is_settled(path, numbers.settle_seconds)
    ]
    if contract is None:
        return unclaimed.refuse(settings, source, paths, as_of, run_id)
    contract = with_defaults(contract, numbers)
    folder = scratch_path(settings, source, run_id).with_suffix(".returned")
    shutil.rmtree(folder, ignore_errors=True)
    returned = {path: members for number, path in enumerate(paths) if (members := _members(path, folder / str(number)))}

    def corrected(path: Path, is_mixed: bool) -> list[SourceResult]:
        fixes = [member for member in returned[path] if fixfile.is_fix(member.content)]
        return [
            Correction(settings, contract, as_of, run_id, numbers).take(member, not is_mixed and member is fixes[-1])
            for member in fixes
        ]

    # a package that holds deliveries too leaves landing with them, so its corrections come first
    mixed = [path for path, members in returned.items() if not all(fixfile.is_fix(member.content) for member in members)]
    early = [result for path in mixed for result in corrected(path, is_mixed=True)]
    result = Run(settings, contract, as_of, run_id, numbers).load([p for p in paths if p not in returned or p in mixed])
    late = [result for path in returned if path not in mixed for result in corrected(path, is_mixed=False)]
    for more in (*early, *late):
        result.add(more)
    _clear(folder)
    return result


def _members(path: Path, folder: Path) -> list[Member]:
    """The files at `path` where rows that people have corrected are among them, packed (unpacked below `folder`) or not; else none."""
    if not unpack.is_package(path):
        return [Member(path, path, path.name)] if fixfile.is_fix(path) else []
    if not unpack.holds(path, fixfile.begins_one, fixfile.PEEK):
        return []
    try:
        return unpack.members(path, folder)
    except BadFile:
        return []  # told where packages are read


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.parent.is_dir() and not any(folder.parent.iterdir()):
        folder.parent.rmdir()
