"""Times every stage of a whole run at each profile: seconds, rows, and what Airflow and dbt themselves cost."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from include import settings as settings_module
from include import warehouse
from include.benchmark.measured import keep
from include.settings import REPO, Settings

PROFILES = ("tiny", "small")
IDENTITY_PERSONS = 20_000


@dataclass(frozen=True)
class Stage:
    """One row of the result: seconds in all, seconds in which the engine worked, rows."""

    name: str
    seconds: float
    engine_seconds: float
    rows: int | None


def run(settings: Settings) -> int:
    """Benchmark all profiles below `work/`; prints a table each and keeps the figures as JSON. Returns 0."""
    for profile in PROFILES:
        home = settings.work / "benchmark" / profile
        shutil.rmtree(home, ignore_errors=True)
        _cli(home, "generate", "--profile", profile)
        as_of = json.loads((home / "synthetic.json").read_text())["as_of"]
        started = time.monotonic()
        _cli(home, "run", "--as-of", as_of)
        wall = time.monotonic() - started
        stages = _stages(settings_module.load({"DATA_ROOT": str(home)}))
        print(table(profile, stages, wall))
        _keep(settings, profile, stages, wall)
        shutil.rmtree(home)
    run_identity(settings, IDENTITY_PERSONS)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory of the largest run: {peak:,.0f} MB")
    return 0


def run_ingest(settings: Settings, lines: int) -> int:
    """Ingest alone, on so many order lines beside the floor; see `include.benchmark.ingest`."""
    from include.benchmark import ingest

    return ingest.run(settings, lines)


def run_build(settings: Settings, persons: int) -> int:
    """The warehouse alone, in full and for a day's delta, beside a hand-written floor; see `include.benchmark.build`."""
    from include.benchmark import build

    return build.run(settings, persons)


def run_identity(settings: Settings, persons: int) -> int:
    """Identity alone, on so many persons; see `include.benchmark.identity`."""
    from include.benchmark import identity

    return identity.run(settings, persons)


def run_value(settings: Settings, persons: int) -> int:
    """P(alive) and value alone, beside the package `lifetimes`; see `include.benchmark.value`."""
    from include.benchmark import value

    return value.run(settings, persons)


def table(profile: str, stages: list[Stage], wall: float) -> str:
    """The figures of one run as text; the overhead is all that no engine and no file work accounts for."""
    lines = [f"\n{profile}", f"{'stage':<34}{'seconds':>9}{'rows':>12}"]
    lines += [f"{s.name:<34}{s.seconds:>9.2f}{s.rows if s.rows is not None else '':>12}" for s in stages]
    overhead = wall - sum(s.engine_seconds for s in stages)
    lines.append(f"{'whole run':<34}{wall:>9.2f}")
    lines.append(f"{'Airflow and dbt overhead':<34}{overhead:>9.2f}{overhead / wall:>11.0%}")
    return "\n".join(lines)


def _cli(home: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "include.cli", *arguments],
        check=True,
        cwd=REPO,
        env=settings_module.environment_for(home),
        stdout=subprocess.DEVNULL,
    )


def _stages(settings: Settings) -> list[Stage]:
    with warehouse.reader(settings) as connection:
        rows = connection.execute(
            "select stage, seconds, coalesce(engine_seconds, seconds), row_count from ops.run"
            " where seconds is not null order by started_at, stage"
        ).fetchall()
    return [Stage(*row) for row in rows]


def _keep(settings: Settings, profile: str, stages: list[Stage], wall: float) -> None:
    keep(settings, profile, {"wall_seconds": wall, "stages": [vars(s) for s in stages]})
