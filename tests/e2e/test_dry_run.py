"""`run --dry-run` says what would be delivered and leaves everything as it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.conftest import run_cli

NEXT_DATE = "2024-10-02"


def test_a_dry_run_prints_the_difference_and_changes_nothing(tiny_copy):
    before = fingerprints(tiny_copy)
    done = run_cli(tiny_copy, "run", "--as-of", NEXT_DATE, "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    for channel in ("email", "phone", "dm"):
        assert f"winback-2024-10_{channel}_20241002: 新しく" in done.stdout
    assert fingerprints(tiny_copy) == before


def fingerprints(root: Path) -> dict[str, str]:
    """Every file but locks and Airflow's own."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "airflow" not in path.parts and path.suffix != ".lock"
    }
