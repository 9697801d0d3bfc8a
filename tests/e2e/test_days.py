"""Two consecutive days, with twenty readers on the snapshot while the second one swaps it."""

from __future__ import annotations

import multiprocessing
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
RUN_LIMIT_SECONDS = 1800
# the pace of the readers while the day is built, and from the list gate over the swap to the end
CALM_SECONDS, BUSY_SECONDS = 4.0, 0.2
SWAP_IS_NEAR = "gate "
QUESTIONS = (
    "select as_of from meta_snapshot",
    "select max(as_of) from marts.kpi_waterfall",
    "select max(as_of) from marts.fct_decision",
)


def read_until(path: Path, busy: multiprocessing.Event, stop: multiprocessing.Event, found: multiprocessing.Queue) -> None:
    """Open the snapshot again and again and ask three times in one connection whether it is one snapshot.

    Calmly until `busy` is set: nothing is swapped before. Puts (days seen, days seen since `busy`, errors, reads). The last
    read begins after `stop`. A process of its own, as a BI tool is: within one process DuckDB hands every new connection the
    file that an older one still holds open.
    """
    days, busy_days, errors, reads, is_last = set(), set(), [], 0, False
    while not is_last:
        is_busy = busy.wait(CALM_SECONDS)
        is_last = is_busy and stop.wait(BUSY_SECONDS)
        try:
            # the link count of a replaced file is 0: the reader keeps the snapshot it opened
            with duckdb.connect(str(path), read_only=True, config={"threads": 1}) as connection:
                answers = {str(connection.execute(query).fetchone()[0]) for query in QUESTIONS}
            if len(answers) != 1:
                errors.append(f"mixed snapshots: {answers}")
            days |= answers
            busy_days |= answers if is_busy else set()
            reads += 1
        except Exception as error:
            errors.append(repr(error))
    found.put((days, busy_days, errors, reads))


@pytest.fixture(scope="module")
def two_days(tiny_root, tmp_path_factory):
    import shutil

    root = Path(shutil.copytree(tiny_root, tmp_path_factory.mktemp("days") / "data"))
    before = snapshots.outbox(root)
    processes = multiprocessing.get_context("spawn")
    busy, stop, found = processes.Event(), processes.Event(), processes.Queue()
    snapshot = root / "serving" / "current.duckdb"
    readers = [processes.Process(target=read_until, args=(snapshot, busy, stop, found)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    run = subprocess.Popen(
        [sys.executable, "-m", "include.cli", "run", "--as-of", NEXT_DATE],
        cwd=REPO,
        env=cli_environment(root),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said, limit = [], threading.Timer(RUN_LIMIT_SECONDS, run.kill)
    limit.start()
    for line in run.stdout:
        said.append(line)
        if line.strip().startswith(SWAP_IS_NEAR):
            busy.set()
    run.wait(timeout=60)
    limit.cancel()
    busy.set()
    stop.set()
    seen = [found.get(timeout=300) for _ in readers]
    for reader in readers:
        reader.join()
    assert run.returncode == 0, "".join(said)
    return root, before, seen


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
    _, _, seen = two_days
    assert len(seen) == READERS
    for days, _, errors, reads in seen:
        assert errors == []
        assert reads > 1
        assert days == {DEMO_DATE, NEXT_DATE}


def test_the_readers_were_busy_on_both_sides_of_the_swap(two_days):
    _, _, seen = two_days
    assert {day for _, busy_days, _, _ in seen for day in busy_days} == {DEMO_DATE, NEXT_DATE}
