"""Shared fixtures: where real data lies, a DATA_ROOT per test, and one built tiny DATA_ROOT to copy from."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from include import settings as settings_module
from include.settings import REPO, Settings

TESTS = Path(__file__).resolve().parent
REAL_DATA = Path(os.environ.get("REAL_DATA_DIR") or REPO.parent / "shared" / "data").resolve()
DEMO_DATE = "2024-10-01"
# longest first, so that no worker is left alone with one of them at the end
LONGEST_FILES = (
    "e2e/test_backfill.py", "e2e/test_personas.py", "e2e/test_gates.py", "e2e/test_airflow_up.py", "e2e/test_backtest.py",
    "e2e/test_kill.py", "e2e/test_waiting_dates.py", "e2e/test_days.py", "e2e/test_leaks.py", "e2e/test_real_uci.py",
    "e2e/test_incremental.py", "unit/dbt/test_personas.py", "e2e/test_dry_run.py", "e2e/test_rebuild.py", "unit/test_benchmark.py",
    "unit/dbt/test_dbt_unit_tests.py", "unit/cause/test_planted_truth.py", "unit/synthetic/test_load.py", "unit/cause/test_personas.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {TESTS / name: place for place, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
    if REAL_DATA.is_dir():
        return
    skip = pytest.mark.skip(reason=f"real data absent: {REAL_DATA} (set REAL_DATA_DIR)")
    for item in items:
        if "real_data" in item.keywords:
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter) -> None:
    stats = terminalreporter.stats
    skipped = [report for report in stats.get("skipped", []) if "real data absent" in str(report.longrepr)]
    executed = sum(len(stats.get(outcome, [])) for outcome in ("passed", "failed"))
    terminalreporter.write_line(f"tests executed: {executed}; real-data tests skipped: {len(skipped)}")


@pytest.fixture
def real_data() -> Path:
    """The folder of real data; tests using it carry the marker `real_data`."""
    return REAL_DATA


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """Settings of an empty DATA_ROOT."""
    return settings_for(tmp_path / "data")


def settings_for(data_root: Path, **extra: str) -> Settings:
    return settings_module.load({"DATA_ROOT": str(data_root), **extra})


def run_cli(data_root: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess:
    """Run the front door as a user would: its own process, the environment naming DATA_ROOT."""
    return subprocess.run(
        [sys.executable, "-m", "include.cli", *arguments],
        cwd=REPO,
        env=cli_environment(data_root, **extra),
        capture_output=True,
        text=True,
        timeout=1800,
    )


def cli_environment(data_root: Path, **extra: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "OKOSHI", "RULES_DIR", "CONTRACTS_DIR"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "DATA_ROOT": str(data_root), "PYTHONPATH": str(REPO), **extra}


def built_once(base: Path, name: str, build: Callable[[Path], None]) -> Path:
    """Build a DATA_ROOT once for all workers of this test run; the first one does it, the others wait."""
    root = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / ".built").exists():
            shutil.rmtree(root, ignore_errors=True)
            build(root)
            (root / ".built").touch()
    return root


@pytest.fixture(scope="session")
def shared_tmp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of this test run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def tiny_root(shared_tmp: Path) -> Path:
    """A DATA_ROOT with the tiny profile generated, run and published for DEMO_DATE. Read only: copy it."""

    def build(root: Path) -> None:
        assert run_cli(root, "generate", "--profile", "tiny").returncode == 0
        done = run_cli(root, "run", "--as-of", DEMO_DATE)
        assert done.returncode == 0, done.stdout + done.stderr

    return built_once(shared_tmp, "tiny", build)


@pytest.fixture
def tiny_copy(tiny_root: Path, tmp_path: Path) -> Path:
    """A private copy of the built tiny DATA_ROOT."""
    return Path(shutil.copytree(tiny_root, tmp_path / "data"))
