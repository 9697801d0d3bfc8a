"""`make up`: UI, scheduler and executor with the same DAGs; the chain runs by itself once ingest is triggered."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from include.settings import REPO
from tests.conftest import cli_environment

WAIT_SECONDS = 900


class Api:
    """The UI's own REST interface, logged in as a user of this installation would."""

    def __init__(self, port: int, passwords: Path) -> None:
        self.base = f"http://127.0.0.1:{port}"
        password = json.loads(passwords.read_text())["admin"]
        self.token = ""
        self.token = self.call("/auth/token", {"username": "admin", "password": password})["access_token"]

    def call(self, path: str, body: dict | None = None) -> dict:
        request = urllib.request.Request(
            self.base + path,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def airflow(tiny_root, tmp_path_factory):
    import shutil

    root = Path(shutil.copytree(tiny_root, tmp_path_factory.mktemp("up") / "data"))
    port = free_port()
    with (root / "up.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "include.cli", "up"],
            cwd=REPO,
            env=cli_environment(root, AIRFLOW__API__PORT=str(port)),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield wait_for(lambda: Api(port, root / "airflow" / "simple_auth_manager_passwords.json.generated")), root
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(attempt, seconds: float = WAIT_SECONDS):
    """Repeat `attempt` until it gives a true value."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if found := attempt():
                return found
        except (OSError, urllib.error.URLError, json.JSONDecodeError):
            pass
        assert time.monotonic() < deadline, "gave up waiting"
        time.sleep(1)


def test_the_ui_shows_every_dag_unpaused_without_import_error(airflow):
    api, _ = airflow
    expected = {path.stem: False for path in (REPO / "dags").glob("*.py")}
    wait_for(lambda: api.call("/api/v2/dags")["total_entries"] >= len(expected))
    found = {dag["dag_id"]: dag["is_paused"] for dag in api.call("/api/v2/dags")["dags"]}
    assert found == expected and {"ingest", "build", "publish"} <= set(found)
    assert api.call("/api/v2/importErrors")["total_entries"] == 0


def test_runs_of_the_command_line_are_shown(airflow):
    api, _ = airflow
    runs = api.call("/api/v2/dags/~/dagRuns?limit=100")["dag_runs"]
    states = {run["dag_id"]: run["state"] for run in runs if run["dag_run_id"].startswith("cli__")}
    assert states == {"ingest": "success", "build": "success", "publish": "success"}


def test_the_chain_runs_by_itself_once_ingest_is_triggered(airflow):
    api, root = airflow
    api.call("/api/v2/dags/ingest/dagRuns", {"logical_date": None, "conf": {"as_of": "2024-10-02"}})

    def chain_is_green() -> bool:
        runs = api.call("/api/v2/dags/publish/dagRuns?limit=100")["dag_runs"]
        new = [run for run in runs if not run["dag_run_id"].startswith("cli__")]
        assert all(run["state"] != "failed" for run in new), (root / "up.log").read_text()[-3000:]
        return (root / "outbox" / "email" / "2024-10-02").is_dir() and all(r["state"] == "success" for r in new)

    wait_for(chain_is_green)
    failed = [
        (run["dag_id"], run["dag_run_id"])
        for run in api.call("/api/v2/dags/~/dagRuns?limit=100")["dag_runs"]
        if run["state"] == "failed"
    ]
    assert failed == []


def test_secrets_of_the_installation_are_private(airflow):
    _, root = airflow
    for name in ("simple_auth_manager_passwords.json.generated", "jwt_secret", "fernet_key"):
        assert (root / "airflow" / name).stat().st_mode & 0o077 == 0, name
