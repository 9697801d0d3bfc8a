"""Kill -9 inside each stage, then the same command: the result is that of an undisturbed run."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from include.settings import REPO
from tests.conftest import DEMO_DATE, cli_environment, run_cli
from tests.e2e import snapshots

# a line of progress that says: this stage is under way
MARKS = ("ingest     ", "dormancy  ", "gate      ", "lists     ")


def run_until(root: Path, mark: str) -> None:
    """Start the run and kill it as soon as it prints a line that starts with `mark`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "include.cli", "run", "--as-of", DEMO_DATE],
        cwd=REPO,
        env=cli_environment(root),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in process.stdout:
        if line.strip().startswith(mark.strip()):
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()
    assert process.returncode == -signal.SIGKILL, f"the run ended before it printed {mark!r}"


def test_a_run_killed_inside_every_stage_ends_like_an_undisturbed_one(tiny_root, tmp_path):
    root = tmp_path / "data"
    assert run_cli(root, "generate", "--profile", "tiny").returncode == 0
    for mark in MARKS:
        run_until(root, mark)
    done = run_cli(root, "run", "--as-of", DEMO_DATE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert snapshots.outbox(root) == snapshots.outbox(tiny_root)
    assert snapshots.tables(root) == snapshots.tables(tiny_root)
    assert snapshots.serving_files(root, DEMO_DATE) == snapshots.serving_files(tiny_root, DEMO_DATE)
    assert leftovers(root) == set()


def leftovers(root: Path) -> set[str]:
    """Files that still wait in landing (but for tomorrow's list history) or were left half written."""
    waiting = {p for p in (root / "landing").rglob("*") if p.is_file() and p.parent.name != "okoshi_lists"}
    half = {p for room in ("outbox", "serving", "archive") for p in (root / room).rglob(".*")}
    return {str(p.relative_to(root)) for p in waiting | half}


def test_the_killed_runs_are_closed_in_the_metadata_database(tiny_root, tmp_path):
    import sqlite3

    root = Path(shutil.copytree(tiny_root, tmp_path / "data"))
    with sqlite3.connect(root / "airflow" / "airflow.db") as connection:
        connection.execute("update dag_run set state = 'running' where dag_id = 'build'")
    assert run_cli(root, "ingest", "--as-of", DEMO_DATE).returncode == 0
    with sqlite3.connect(root / "airflow" / "airflow.db") as connection:
        assert connection.execute("select count(*) from dag_run where state = 'running'").fetchone() == (0,)
        assert connection.execute("select count(*) from asset_dag_run_queue").fetchone() == (0,)
