"""One writer at a time, also across processes, and a killed one leaves no lock behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

from include import warehouse
from include.errors import GateStop
from include.settings import REPO

HOLD = """
import sys, time
from pathlib import Path
from include import settings, warehouse
with warehouse.exclusive(settings.load({"DATA_ROOT": sys.argv[1]})):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(config):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(config.data_root)], cwd=REPO, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_process_is_refused_with_the_holders_number(config, holder):
    with pytest.raises(GateStop, match=str(holder.pid)):
        with warehouse.exclusive(config):
            pass


def test_a_killed_holder_leaves_no_lock(config, holder):
    holder.kill()
    holder.wait()
    with warehouse.exclusive(config):
        pass


def test_the_lock_is_reentrant_in_one_process(config):
    with warehouse.exclusive(config), warehouse.exclusive(config):
        pass


def test_a_reader_cannot_write(config):
    with warehouse.writer(config):
        pass
    with warehouse.reader(config) as connection, pytest.raises(Exception, match="read-only"):
        connection.execute("create table t (a int)")
