"""Two consecutive days, with twenty readers on the snapshot while the second one swaps it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from include.settings import REPO
from tests.conftest import DEMO_DATE, cli_environment
from tests.e2e import snapshots

NEXT_DATE = "2024-10-02"
READERS = 20


class Reader(threading.Thread):
    """Opens the snapshot again and again and asks twice in one connection whether it is one snapshot."""

    def __init__(self, path: Path, stop: threading.Event) -> None:
        super().__init__()
        self.path, self.stop = path, stop
        self.seen: set = set()
        self.errors: list[str] = []
        self.reads = 0

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                # the link count of a replaced file is 0: the reader keeps the snapshot it opened
                with duckdb.connect(str(self.path), read_only=True, config={"threads": 1}) as connection:
                    answers = {
                        connection.execute("select as_of from meta_snapshot").fetchone()[0],
                        connection.execute("select max(as_of) from marts.kpi_waterfall").fetchone()[0],
                        connection.execute("select max(as_of) from marts.fct_decision").fetchone()[0],
                    }
                if len(answers) != 1:
                    self.errors.append(f"mixed snapshots: {answers}")
                self.seen |= answers
                self.reads += 1
            except Exception as error:
                self.errors.append(repr(error))


@pytest.fixture(scope="module")
def two_days(tiny_root, tmp_path_factory):
    import shutil

    root = Path(shutil.copytree(tiny_root, tmp_path_factory.mktemp("days") / "data"))
    before = snapshots.outbox(root)
    stop = threading.Event()
    readers = [Reader(root / "serving" / "current.duckdb", stop) for _ in range(READERS)]
    run = subprocess.Popen(
        [sys.executable, "-m", "include.cli", "run", "--as-of", NEXT_DATE],
        cwd=REPO,
        env=cli_environment(root),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for reader in readers:
        reader.start()
    output, _ = run.communicate(timeout=1800)
    stop.set()
    for reader in readers:
        reader.join()
    assert run.returncode == 0, output
    return root, before, readers


def test_day_two_lists_nobody_of_day_one_again(two_days):
    root, _, _ = two_days
    rows = snapshots.query(root, "select person_id, list_id from marts.fct_target")
    days = {list_id.rsplit("_", 1)[1] for _, list_id in rows}
    assert days == {"20241001", "20241002"}
    assert len({person for person, _ in rows}) == len(rows)


def test_day_one_lists_are_untouched(two_days):
    root, before, _ = two_days
    after = snapshots.outbox(root)
    assert before and {name: after[name] for name in before} == before


def test_hold_outs_of_day_one_stay_hold_outs(two_days):
    root, _, _ = two_days
    first = snapshots.query(
        root,
        "select person_id from marts.fct_assignment where cell = 'holdout' and anchor_on = ?",
        DEMO_DATE,
    )
    listed = snapshots.query(root, "select person_id from marts.fct_target")
    assert first and not set(first) & set(listed)


def test_one_assignment_per_person_and_campaign(two_days):
    root, _, _ = two_days
    assert snapshots.query(
        root, "select campaign_id, person_id from marts.fct_assignment group by all having count(*) > 1"
    ) == []


def test_twenty_readers_saw_no_error_and_no_mixture(two_days):
    _, _, readers = two_days
    assert [reader.errors for reader in readers if reader.errors] == []
    assert all(reader.reads > 0 for reader in readers)
    assert {str(day) for reader in readers for day in reader.seen} == {DEMO_DATE, NEXT_DATE}
