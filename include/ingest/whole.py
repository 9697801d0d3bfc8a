"""Whether the archive can tell all that was ever loaded: every file with its slip, every slip with its file."""

from __future__ import annotations

from pathlib import Path

from include import warehouse
from include.errors import GateStop
from include.ingest import deliveries, slips
from include.settings import Settings

SHOWN = 3
LOADED = "select delivery_id, source, file_name, stored_sha256 from ops.file_ledger where state = 'loaded' order by source, file_name"


def check(settings: Settings) -> None:
    """Raises `GateStop('rebuild', …)` naming the files that would be left out of a rebuild, and what to do with them.

    A file without a slip that the warehouse does not know either is what a killed run left behind; it lies in landing still.
    """
    told = [slips.read(path) for path in sorted((settings.archive / "deliveries").rglob("*.json"))]
    with_slip, ids = {slip["stored_sha256"] for slip in told}, {slip["delivery_id"] for slip in told}
    without = [path for path in _contents(settings) if path.stem not in with_slip]
    if not settings.warehouse.exists():
        return _refuse([(_shown(settings, path), "<取込元>/<元のファイル名>") for path in without])
    with warehouse.reader(settings) as connection:
        loaded = connection.execute(LOADED).fetchall()
    names = {sha256: f"{source}/{file_name}" for _, source, file_name, sha256 in loaded}
    found = [(_shown(settings, path), names[path.stem]) for path in without if path.stem in names]
    there = {path.stem for path in without}
    gone = [(f"{source}/{name}", sha) for i, source, name, sha in loaded if i not in ids and sha not in there]
    waiting = _in_landing(settings) if gone else set()
    found += [(name, name) for name, sha in gone if sha not in waiting]
    return _refuse(found)


def _contents(settings: Settings) -> list[Path]:
    return sorted(path for path in settings.archive.glob("[0-9a-f][0-9a-f]/*") if not path.name.startswith("."))


def _shown(settings: Settings, path: Path) -> str:
    return f"archive/{path.relative_to(settings.archive).as_posix()}"


def _in_landing(settings: Settings) -> set[str]:
    return {deliveries.sha256_of(path) for paths in deliveries.data_files(settings.landing).values() for path in paths}


def _refuse(found: list[tuple[str, str]]) -> None:
    if not found:
        return
    names = "、".join(f"{name} ({target})" for name, target in found[:SHOWN])
    more = f" ほか {len(found) - SHOWN} 件" if len(found) > SHOWN else ""
    raise GateStop(
        "rebuild",
        f"保管庫に納品票 (archive/deliveries/) がないファイルがあり、抜けたまま作り直すことになるため止めました。"
        f"倉庫は元のままです: {names}{more}。控えから納品票を戻すか、ファイルを archive/ から landing/{found[0][1]} へ移し、"
        "もう一度 ingest --rebuild を実行してから run で取り込んでください。",
    )
