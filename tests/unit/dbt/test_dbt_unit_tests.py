"""The dbt unit tests, every one with its date pinned, run against the columns of a built warehouse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.unit.dbt.rendered import PROJECT


def _declared() -> set[str]:
    files = PROJECT.glob("models/**/*__unit_tests.yml")
    return {test["name"] for path in files for test in yaml.safe_load(path.read_text(encoding="utf-8"))["unit_tests"]}


def test_every_dbt_unit_test_passes(tiny_copy, tmp_path):
    outcome = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "--quiet", "test", "--selector", "unit_tests",
            "--vars", json.dumps({"as_of": "1970-01-01"}), "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
            "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"),
        ],
        env={**os.environ, "OKOSHI_WAREHOUSE": str(tiny_copy / "warehouse" / "warehouse.duckdb")},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout[-6000:]
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    assert len(results) == len(_declared()) > 0
    assert {result["status"] for result in results} == {"pass"}
