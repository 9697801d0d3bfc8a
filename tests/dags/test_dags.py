"""The DAG files as Airflow sees them: they import, are documented, gated, and joined by Assets only."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from include import backtest, orchestration, settings
from include.errors import GateStop
from include.settings import REPO

DAG_FILES = sorted((REPO / "dags").glob("*.py"))
ALLOWED_TAGS = {"okoshi", "ingest", "build", "publish", "backtest"}


@pytest.fixture(scope="module")
def dags(tmp_path_factory) -> dict:
    config = settings.load({"DATA_ROOT": str(tmp_path_factory.mktemp("dags"))})
    kept = dict(os.environ)
    orchestration.configure(config, quiet=False)
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(REPO / "dags"))
    os.environ.clear()
    os.environ.update(kept)
    assert bag.import_errors == {}
    return dict(bag.dags)


def test_the_dags_are_there(dags):
    assert set(dags) == {"ingest", "build", "publish", "backtest"}


def test_every_dag_and_task_says_what_to_do_when_it_is_red(dags):
    for dag in dags.values():
        assert "赤い" in dag.doc_md, dag.dag_id
        for task in dag.tasks:
            assert task.doc_md and "。" in task.doc_md, f"{dag.dag_id}.{task.task_id}"


def test_every_task_uses_the_one_slot_pool_retries_and_has_an_owner(dags):
    for dag in dags.values():
        for task in dag.tasks:
            assert (task.pool, task.retries, task.owner) == ("warehouse", 2, "data-engineering"), task.task_id


def test_build_runs_on_the_raw_asset_and_publish_on_the_lists_asset(dags):
    def consumed(dag_id: str) -> set[str]:
        return {asset.name for asset in dags[dag_id].timetable.asset_condition.objects}

    assert consumed("build") == {"okoshi_raw"}
    assert consumed("publish") == {"okoshi_lists"}
    assert {asset.name for asset in dags["ingest"].get_task("announce").outlets} == {"okoshi_raw"}
    assert {asset.name for asset in dags["build"].get_task("announce").outlets} == {"okoshi_lists"}


def test_backtest_runs_by_hand_only_and_announces_nothing(dags):
    dag = dags["backtest"]
    assert not dag.timetable.can_be_scheduled and {"as_of", "rules", "since"} <= set(dag.params)
    assert [task.outlets for task in dag.tasks if task.outlets] == []
    with pytest.raises(GateStop, match="as_of"):
        backtest.asked(settings.load({}), {"as_of": None})


def test_times_are_japanese_and_tags_are_known(dags):
    for dag in dags.values():
        assert str(dag.timezone) == "Asia/Tokyo"
        assert set(dag.tags) <= ALLOWED_TAGS and dag.max_active_runs == 1 and not dag.catchup


def test_dag_files_are_short_and_import_no_other_dag():
    assert DAG_FILES
    for path in DAG_FILES:
        assert problems_of_dag_file(path.read_text(encoding="utf-8")) == [], path.name


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 1\n" * 61, "longer than 60 lines"),
        ("from dags.build import build", "imports another DAG"),
        ("import duckdb", "imports duckdb"),
        ("query = 'select 1 from raw.orders'", "holds SQL"),
    ],
)
def test_the_dag_file_check_fails_on_a_file_that_breaks_it(source, problem):
    assert problems_of_dag_file(source) == [problem]


def problems_of_dag_file(source: str) -> list[str]:
    problems = ["longer than 60 lines"] if len(source.splitlines()) > 60 else []
    siblings = {path.stem for path in DAG_FILES} | {"dags"}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            modules = []
        for module in modules:
            root = module.split(".")[0]
            if root in siblings:
                problems.append("imports another DAG")
            elif root not in {"airflow", "include", "datetime"}:
                problems.append(f"imports {root}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower().startswith("select "):
            problems.append("holds SQL")
    return problems


def test_as_of_comes_from_param_then_environment_then_interval_end(monkeypatch):
    from datetime import date, datetime, timezone
    from types import SimpleNamespace

    # 22:00 UTC on the 30th is already the 1st in Japan
    run = SimpleNamespace(data_interval_end=datetime(2024, 9, 30, 22, tzinfo=timezone.utc), run_after=None)
    monkeypatch.delenv("OKOSHI_AS_OF", raising=False)
    assert orchestration.ingest_date({"params": {}, "dag_run": run}) == date(2024, 10, 1)
    monkeypatch.setenv("OKOSHI_AS_OF", "2024-05-05")
    assert orchestration.ingest_date({"params": {}, "dag_run": run}) == date(2024, 5, 5)
    assert orchestration.ingest_date({"params": {"as_of": "2023-01-01"}, "dag_run": run}) == date(2023, 1, 1)


def test_build_takes_each_distinct_event_date_ascending():
    from datetime import date
    from types import SimpleNamespace

    events = [SimpleNamespace(extra={"as_of": day}) for day in ("2024-10-02", "2024-10-01", "2024-10-02")]
    context = {"params": {}, "triggering_asset_events": {"okoshi_raw": events}}
    assert orchestration.event_dates(context) == [date(2024, 10, 1), date(2024, 10, 2)]


def test_a_gate_refusal_fails_the_task_without_retry():
    from airflow.sdk.exceptions import AirflowFailException

    from include.errors import GateStop

    @orchestration.gated
    def refuse():
        raise GateStop("list", "理由")

    with pytest.raises(AirflowFailException, match="理由"):
        refuse()


def test_paths_of_the_dags_folder_are_absolute():
    assert Path(orchestration.airflow_environment(settings.load())["AIRFLOW__CORE__DAGS_FOLDER"]).is_absolute()
