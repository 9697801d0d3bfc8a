"""Everything the DAG files share, and the chain run without a scheduler: the only Airflow import outside dags/."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import os
import secrets
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from include import settings as settings_module
from include.errors import GateStop
from include.settings import Settings

JST = ZoneInfo("Asia/Tokyo")
POOL = "warehouse"
CHAIN = ("ingest", "build", "publish")
SECRET_FILES = {"AIRFLOW__API_AUTH__JWT_SECRET": "jwt_secret", "AIRFLOW__CORE__FERNET_KEY": "fernet_key"}


def airflow_environment(settings: Settings) -> dict[str, str]:
    """Airflow's settings on this machine; what the environment already says wins."""
    home = settings.airflow_home
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Tokyo",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "DATA_ROOT": str(settings.data_root),
        "PYTHONPATH": str(settings_module.REPO),
        **{name: _secret(home / file) for name, file in SECRET_FILES.items() if name not in os.environ},
    }


def _secret(path: Path) -> str:
    """A secret of this installation: made once, kept 0600 beside the metadata database."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(descriptor, base64.urlsafe_b64encode(secrets.token_bytes(32)))
        os.close(descriptor)
    return path.read_text()


# -- what the DAG files use --------------------------------------------------------------------------


def dag_arguments(doc: str | None, tags: list[str], **params) -> dict:
    """Arguments all DAGs share: retries, pool, start, one run at a time, and the param `as_of`."""
    from airflow.sdk import Param

    as_of = Param(None, type=["null", "string"], format="date", description="業務日。空なら自動 (日本時間)")
    return {
        "params": {"as_of": as_of, **params},
        "start_date": datetime(2024, 1, 1, tzinfo=JST),
        "catchup": False,
        "max_active_runs": 1,
        "tags": ["okoshi", *tags],
        "doc_md": doc,
        "default_args": {
            "owner": "data-engineering",
            "pool": POOL,
            "retries": 2,
            "retry_delay": timedelta(seconds=20),
        },
    }


def assets() -> tuple:
    """(raw, lists): the two Assets that join the three DAGs."""
    from airflow.sdk import Asset

    return (
        Asset(name="okoshi_raw", uri="file://okoshi/warehouse/raw"),
        Asset(name="okoshi_lists", uri="file://okoshi/warehouse/publish"),
    )


def gated(function: Callable) -> Callable:
    """A gate's refusal fails the task at once, without retries and without a long trace."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        from airflow.sdk.exceptions import AirflowFailException

        try:
            return function(*args, **kwargs)
        except GateStop as stop:
            raise AirflowFailException(f"[{stop.gate}] {stop.message}") from None

    return call


def announce(context: dict, asset, as_of: date) -> None:
    """Emit the Asset with the date its consumers shall work on."""
    context["outlet_events"][asset].extra = {"as_of": as_of.isoformat()}


def layer_task(selector: str, doc: str, planned):
    """One task for one dbt layer; skipped when the build has nothing to do."""
    from airflow.sdk import get_current_context, task
    from airflow.sdk.exceptions import AirflowSkipException

    from include import stages

    @task(task_id=selector, doc_md=doc)
    @gated
    def layer(planned: dict) -> None:
        if not planned["is_changed"]:
            raise AirflowSkipException("入力に変わりがないため、することはありません")
        as_of = date.fromisoformat(planned["as_of"])
        stages.build_layer(settings_module.load(), selector, as_of, get_current_context()["run_id"])

    return layer(planned)


def ingest_date(context: dict) -> date:
    """`as_of`: the run's param, else OKOSHI_AS_OF, else the JST date of the data interval's end."""
    if given := (context["params"] or {}).get("as_of"):
        return date.fromisoformat(given)
    if configured := settings_module.load().as_of:
        return configured
    run = context["dag_run"]
    return (run.data_interval_end or run.run_after).astimezone(JST).date()


def event_dates(context: dict) -> list[date]:
    """Distinct `as_of` of the triggering Asset events, ascending; a run by hand takes its param or the newest."""
    from include import stages, warehouse

    found = {
        date.fromisoformat(event.extra["as_of"])
        for events in (context["triggering_asset_events"] or {}).values()
        for event in events
        if "as_of" in (event.extra or {})
    }
    if given := (context["params"] or {}).get("as_of"):
        found = {date.fromisoformat(given)}
    if not found:
        settings = settings_module.load()
        with warehouse.exclusive(settings, wait_seconds=stages.LOCK_WAIT):
            newest = stages.latest_ingest(settings)
        if newest is None:
            raise GateStop("build", "取り込んだデータがまだありません。先に ingest を実行してください。")
        found = {newest}
    return sorted(found)


# -- the chain without a scheduler -------------------------------------------------------------------


def configure(settings: Settings, quiet: bool) -> None:
    """Put Airflow's settings into this process's environment; call before the first Airflow import."""
    for name, value in airflow_environment(settings).items():
        os.environ.setdefault(name, value)
    # Airflow starts its components by name
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if quiet:
        # what a task says goes to its log file and, as one paragraph, to the terminal
        os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "CRITICAL"
        # the chain starts build and publish itself: its events must leave nothing queued
        os.environ["AIRFLOW__CORE__ASSET_MANAGER_CLASS"] = "include.orchestration.RecordingAssetManager"


def __getattr__(name: str):
    """Airflow asks for the asset manager class by this module's name while it is still importing itself."""
    if name != "RecordingAssetManager":
        raise AttributeError(name)
    from airflow.assets.manager import AssetManager

    class RecordingAssetManager(AssetManager):
        """Records asset events for the UI and queues no run."""

        @classmethod
        def _queue_dagruns(cls, **kwargs) -> None:
            return None

    return RecordingAssetManager


def initialise(settings: Settings) -> None:
    """Create or upgrade the metadata database and the writer's pool; a stamp makes it quick to repeat."""
    from airflow import __version__
    from airflow.models.pool import Pool
    from airflow.utils import db

    stamp, wanted = settings.airflow_home / "initialised", f"{__version__} {_database_digest()}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    db.initdb()
    db.upgradedb()
    Pool.create_or_update_pool(POOL, slots=1, description="倉庫に書く作業は一度に一つ", include_deferred=False)
    stamp.write_text(wanted)


def _database_digest() -> str:
    from airflow.configuration import conf

    return hashlib.sha256(conf.get("database", "sql_alchemy_conn").encode()).hexdigest()[:12]


def run_chain(settings: Settings, as_of: date, dag_ids: tuple[str, ...] = CHAIN, only: str | None = None) -> int:
    """Run the DAGs in order in this process, into the metadata database.

    Returns 0 only if every task of every run passed; failures are printed as readable paragraphs.
    """
    configure(settings, quiet=True)
    from include import stages, warehouse

    with warehouse.exclusive(settings):
        initialise(settings)
        close_killed_runs(settings)
        stages.close_killed(settings)
        dags = _load_dags(settings)
        events: list = []
        failures: list[str] = []
        for dag_id in dag_ids:
            print(f"{dag_id} ({as_of})", flush=True)
            conf = {"as_of": as_of.isoformat()} | ({"source": only} if only and dag_id == "ingest" else {})
            events, failed = _run_dag(dags[dag_id], conf, events)
            failures += failed
            if failed and not events:
                break
    for failure in failures:
        print(f"\n停止: {failure}", flush=True)
    return 1 if failures else 0


def close_killed_runs(settings: Settings) -> int:
    """Fail the runs that a killed chain left open, so that the UI tells the truth. Returns how many."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState, TaskInstanceState

    with create_session() as session:
        left = (
            session.query(DagRun)
            .filter(DagRun.run_id.like("cli__%"), DagRun.state == DagRunState.RUNNING)
            .all()
        )
        for run in left:
            for instance in run.get_task_instances(session=session):
                if instance.state not in (TaskInstanceState.SUCCESS, TaskInstanceState.SKIPPED):
                    instance.state = TaskInstanceState.FAILED
            run.state = DagRunState.FAILED
            run.run_after = run.start_date
        return len(left)


def _load_dags(settings: Settings) -> dict:
    """Parse dags/ once and register the DAGs in the metadata database, as a DAG processor would."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    (bundle,) = manager.get_all_dag_bundles()
    bag = BundleDagBag(dag_folder=bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
    if bag.import_errors:
        raise GateStop("dags", "\n".join(f"{path}: {error}" for path, error in bag.import_errors.items()))
    sync_bag_to_db(bag, bundle.name, bundle.version)
    return dict(bag.dags)


def _run_dag(dag, conf: dict, consumed: list) -> tuple[list, list[str]]:
    """Run one DAG as Airflow would, one task after the other. Returns (asset events it emitted, failures)."""
    from airflow import settings as airflow_settings
    from airflow.models.asset import AssetEvent
    from airflow.models.dagrun import DagRun
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.utils.state import DagRunState, TaskInstanceState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    session = airflow_settings.Session()
    scheduled = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    now = datetime.now(timezone.utc)
    run_id = f"cli__{conf['as_of']}__{now:%Y%m%dT%H%M%S%f}"
    run = scheduled.create_dagrun(
        run_id=run_id,
        # a scheduler that shares the database leaves runs of the future alone
        run_after=now + timedelta(days=1),
        start_date=now,
        conf=conf,
        run_type=DagRunType.ASSET_TRIGGERED if consumed else DagRunType.MANUAL,
        triggered_by=DagRunTriggeredByType.CLI,
        state=DagRunState.RUNNING,
        session=session,
    )
    run.consumed_asset_events.extend(session.merge(event) for event in consumed)
    session.commit()
    failures: list[str] = []
    while run.state == DagRunState.RUNNING:
        session.expire_all()
        schedulable, _ = run.update_state(session=session)
        for instance in schedulable:
            instance.try_number += 1
            instance.state = TaskInstanceState.SCHEDULED
            instance.scheduled_dttm = datetime.now(timezone.utc)
        session.commit()
        for instance in run.get_task_instances(session=session, state=[TaskInstanceState.SCHEDULED]):
            failures += _run_task(dag, instance)
    session.query(DagRun).filter_by(dag_id=dag.dag_id, run_id=run_id).update(
        {"run_after": datetime.now(timezone.utc)}
    )
    session.commit()
    emitted = session.query(AssetEvent).filter_by(source_dag_id=dag.dag_id, source_run_id=run_id).all()
    session.expunge_all()
    session.close()
    return emitted, failures


def _run_task(dag, instance) -> list[str]:
    """Run one task instance in this process; what refused it is returned as text."""
    from airflow.sdk.definitions.dag import _run_task as run_in_process

    with _task_log(instance) as log:
        result = run_in_process(ti=instance, task=dag.task_dict[instance.task_id])
        error = getattr(result, "error", None)
        if error is not None and instance.state not in ("success", "skipped"):
            log.write("".join(traceback.format_exception(error)))
    if instance.state in ("success", "skipped", "up_for_retry"):
        return []
    return [f"{dag.dag_id}.{instance.task_id}: {error or instance.state}\n(ログ: {log.name})"]


@contextmanager
def _task_log(instance) -> Iterator:
    """Copy what the task prints to the file where the UI looks for this attempt's log."""
    from airflow.configuration import conf

    parts = [f"dag_id={instance.dag_id}", f"run_id={instance.run_id}", f"task_id={instance.task_id}"]
    parts += [f"map_index={instance.map_index}"] if instance.map_index >= 0 else []
    path = Path(conf.get("logging", "base_log_folder")).joinpath(*parts, f"attempt={instance.try_number}.log")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log, redirect_stdout(_Tee(sys.stdout, log)):
        yield log


class _Tee(io.TextIOBase):
    """A stream that writes to several."""

    def __init__(self, *streams) -> None:
        self._streams = streams

    def write(self, text: str) -> int:
        for stream in self._streams:
            stream.write(text)
            stream.flush()
        return len(text)


# -- Airflow on this machine -------------------------------------------------------------------------


def stand_up(settings: Settings, fixed_date: date | None) -> int:
    """Start UI, scheduler and executor in the foreground until interrupted. Returns their exit code.

    `fixed_date` is the demo's date, used while only generated data lies in landing.
    """
    configure(settings, quiet=False)
    if fixed_date and "OKOSHI_AS_OF" not in os.environ:
        os.environ["OKOSHI_AS_OF"] = fixed_date.isoformat()
    initialise(settings)
    close_killed_runs(settings)
    port = os.environ.setdefault("AIRFLOW__API__PORT", "8080")
    os.environ.setdefault("AIRFLOW__API__HOST", "127.0.0.1")
    os.environ.setdefault("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", f"http://localhost:{port}/execution/")
    passwords = settings.airflow_home / "simple_auth_manager_passwords.json.generated"
    print(f"画面: http://localhost:{port}  利用者 admin、パスワードは {passwords} にあります", flush=True)
    print(f"業務日: {os.environ.get('OKOSHI_AS_OF', '実行日 (日本時間)')}。止めるには Ctrl-C", flush=True)
    os.umask(0o077)  # passwords and logs are the owner's alone
    return subprocess.call(["airflow", "standalone"])
