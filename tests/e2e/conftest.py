"""The world of personas, cases and histories, built once for all workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import built_once, run_cli
from tests.oracle import world


@pytest.fixture(scope="session")
def persona_root(shared_tmp: Path) -> Path:
    """A DATA_ROOT with every persona, case and history, run on the days of `world.DAYS`. Read only: copy it."""

    def front_door(root: Path, *arguments: str) -> None:
        done = run_cli(root, *arguments, RULES_DIR=str(root / "rules"))
        assert done.returncode == 0, done.stdout + done.stderr

    return built_once(shared_tmp, "personas", lambda root: world.make(root, front_door))
