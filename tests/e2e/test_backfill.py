"""`backfill --from --to`: one command, the same end after a kill or a second time, lists for the last day only."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from include.settings import REPO
from tests.conftest import DEMO_DATE, cli_environment, run_cli
from tests.e2e import snapshots

RANGE = ("backfill", "--from", "2024-09-29", "--to", DEMO_DATE)
DAYS = ("2024-09-29", "2024-09-30", DEMO_DATE)


def backfilled(root: Path) -> Path:
    assert run_cli(root, "generate", "--profile", "tiny").returncode == 0
    done = run_cli(root, *RANGE)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    return backfilled(tmp_path_factory.mktemp("undisturbed") / "data")


def kill_in_the_second_day(root: Path) -> None:
    assert run_cli(root, "generate", "--profile", "tiny").returncode == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "include.cli", *RANGE],
        cwd=REPO, env=cli_environment(root), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    first_is_done = False
    for line in process.stdout:
        first_is_done |= "2024-09-29: 状態と断面を作りました" in line
        if first_is_done and line.strip().startswith("dormancy"):
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "the range was done before it could be killed"


def left_behind(root: Path) -> tuple:
    return (snapshots.outbox(root), snapshots.tables(root), [snapshots.serving_files(root, day) for day in DAYS])


def test_every_day_has_its_snapshot_and_only_the_last_one_lists(undisturbed):
    assert all(snapshots.serving_files(undisturbed, day) for day in DAYS)
    assert {Path(name).parts[1] for name in snapshots.outbox(undisturbed)} == {DEMO_DATE}
    assert snapshots.query(undisturbed, "select as_of from meta_snapshot")[0][0].isoformat() == DEMO_DATE


def test_the_last_day_has_the_lists_of_an_ordinary_run(undisturbed, tiny_root):
    assert snapshots.outbox(undisturbed) == snapshots.outbox(tiny_root)


def test_killed_in_the_middle_and_started_again_it_ends_the_same_and_builds_no_finished_day_twice(undisturbed, tmp_path):
    root = tmp_path / "data"
    kill_in_the_second_day(root)
    again = run_cli(root, *RANGE)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "2024-09-29: 済んでいます" in again.stdout
    assert left_behind(root) == left_behind(undisturbed)


def test_a_second_time_changes_nothing_and_an_older_range_moves_no_current_snapshot(undisturbed, tmp_path):
    root = Path(shutil.copytree(undisturbed, tmp_path / "data"))
    again = run_cli(root, *RANGE)
    assert again.returncode == 0 and "入力に変わりがないため" in again.stdout, again.stdout
    assert left_behind(root) == left_behind(undisturbed)
    older = run_cli(root, "backfill", "--from", "2024-09-28", "--to", "2024-09-29")
    assert older.returncode == 0, older.stdout + older.stderr
    assert snapshots.serving_files(root, "2024-09-28")
    assert snapshots.query(root, "select as_of from meta_snapshot")[0][0].isoformat() == DEMO_DATE
    assert snapshots.outbox(root) == snapshots.outbox(undisturbed)


def test_a_range_that_runs_backwards_is_refused(tmp_path):
    done = run_cli(tmp_path / "data", "backfill", "--from", "2024-10-02", "--to", "2024-10-01")
    assert done.returncode == 1 and "期間が逆です" in done.stderr
