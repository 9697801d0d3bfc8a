"""What a run would deliver, against the last lists: tried on a private copy, nothing of the real DATA_ROOT changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from include import publish, settings, warehouse
from include.settings import REPO, Settings

# immutable files are linked, what a run changes in place is copied
LINKED, COPIED = ("landing", "archive", "outbox"), ("warehouse", "airflow", "dbt")


def run(config: Settings, as_of: date) -> int:
    """Ingest and build `as_of` on the copy and print one line a channel. Returns the exit code."""
    trial = config.work / "dry_run"
    shutil.rmtree(trial, ignore_errors=True)
    with warehouse.exclusive(config):
        _copy(config.data_root, trial)
    try:
        for verb in ("ingest", "build"):
            code = subprocess.call(
                [sys.executable, "-m", "include.cli", verb, "--as-of", as_of.isoformat()],
                cwd=REPO,
                env=settings.environment_for(trial),
            )
            if code:
                return code
        for sentence in publish.preview(settings.load(settings.environment_for(trial)), as_of):
            print(sentence)
        return 0
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    for room in (*LINKED, *COPIED):
        if (source / room).is_dir():
            copy = os.link if room in LINKED else shutil.copy2
            shutil.copytree(source / room, target / room, copy_function=copy)
