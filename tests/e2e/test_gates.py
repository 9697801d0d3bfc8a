"""Each gate stops the run, leaves the previous lists and snapshot untouched, and says why in one paragraph."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from include.settings import REPO
from include.synthetic.eccube_orders import ORDER_HEADER
from tests.conftest import DEMO_DATE, cli_environment, run_cli
from tests.e2e import snapshots

NEXT_DATE = "2024-10-02"


def state(root: Path) -> tuple:
    return snapshots.outbox(root), snapshots.tables(root)


@pytest.fixture
def planted(tmp_path):
    """A copy of the project, parse cache included, in which a test may break a model; run it with `run_planted`."""
    project = tmp_path / "project"
    for name in ("include", "dags", "dbt_project"):
        shutil.copytree(REPO / name, project / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return project


def run_planted(project: Path, root: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "include.cli", *arguments],
        cwd=project,
        env={**cli_environment(root), "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=1800,
    )


def paragraph(done: subprocess.CompletedProcess) -> str:
    """What the run says at its end; short enough to read."""
    text = (done.stdout + done.stderr)
    assert "Traceback" not in text
    message = text[text.index("停止") :]
    assert len(message.splitlines()) < 25
    return message


def land(root: Path, name: str, content: bytes) -> None:
    path = root / "landing" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (0, 0))


def test_a_bad_file_in_a_required_source_stops_the_run_at_ingest(tiny_copy):
    before = state(tiny_copy)
    header = ",".join(name for name in ORDER_HEADER if name != "受注日")
    land(tiny_copy, "eccube_orders/受注_20241002.csv", f"{header}\r\n".encode("cp932"))
    done = run_cli(tiny_copy, "run", "--as-of", NEXT_DATE)
    assert done.returncode != 0
    message = paragraph(done)
    assert "受注_20241002.csv" in message and "受注日" in message
    assert state(tiny_copy) == before
    kept = list((tiny_copy / "rejected" / "eccube_orders").rglob("受注_20241002.csv"))
    assert kept


def test_a_bad_file_in_an_optional_source_lets_the_lists_out_and_still_exits_non_zero(tiny_copy):
    land(tiny_copy, "life_events/life_events_20241002.csv", b"a,b\n1,2\n")
    done = run_cli(tiny_copy, "run", "--as-of", NEXT_DATE)
    assert done.returncode != 0
    assert "life_events_20241002.csv" in paragraph(done)
    assert (tiny_copy / "outbox" / "email" / NEXT_DATE).is_dir()


def test_a_broken_model_stops_the_run_at_build(tiny_copy, planted):
    before = state(tiny_copy)
    model = planted / "dbt_project" / "models" / "marts" / "fct_dormancy_spell.sql"
    model.write_text(model.read_text().replace("select * from final", "select * from final union all select * from final"))
    done = run_planted(planted, tiny_copy, "run", "--as-of", NEXT_DATE)
    assert done.returncode != 0
    assert "fct_dormancy_spell" in paragraph(done)
    assert state(tiny_copy) == before


def test_a_model_that_fails_leaves_its_former_table(tiny_copy, planted):
    def rows() -> list[tuple]:
        with duckdb.connect(str(tiny_copy / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute("select * from intermediate.int_cause__kpi order by all").fetchall()

    before = rows()
    assert before
    model = planted / "dbt_project" / "models" / "intermediate" / "cause" / "int_cause__kpi.sql"
    model.write_text(model.read_text().replace("select * from final", "select * from final where cast(cause_code as integer) = 0"))
    done = run_planted(planted, tiny_copy, "run", "--as-of", NEXT_DATE)
    assert done.returncode != 0
    assert "int_cause__kpi" in paragraph(done)
    assert rows() == before


def test_an_illegal_list_row_stops_the_run_at_the_list_gate(tiny_copy, planted):
    before = state(tiny_copy)
    model = planted / "dbt_project" / "models" / "publish" / "pub_phone_v1.sql"
    # a hold-out slips in under the guise of a listed row
    text = model.read_text()
    model.write_text(text.replace("select * from final", PLANTED_ROW))
    done = run_planted(planted, tiny_copy, "run", "--as-of", NEXT_DATE)
    assert done.returncode != 0
    message = paragraph(done)
    assert "pub_phone_v1" in message and "list_row_id" in message
    assert state(tiny_copy) == before


PLANTED_ROW = """, held as (
    select min(person_id) as held_id from {{ ref('fct_assignment') }} where cell = 'holdout'
)
select final.* replace (held.held_id as person_id) from final cross join held"""
