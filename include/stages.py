"""What each task of the three DAGs does; importable without Airflow. Every step is safe to repeat."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

from include import changes, rules, transform, warehouse
from include.errors import GateStop
from include.settings import Settings

LAYERS = ("rules", "staging", "people", "dormancy", "decision", "marts", "publish")
OWN_LISTS = "okoshi_lists"


def say(stage: str, text: str) -> None:
    """One line of progress: for the terminal, and for the task log under Airflow."""
    print(f"  {stage:<10} {text}", flush=True)


# -- ingest ------------------------------------------------------------------------------------------


def scan(settings: Settings, as_of: date, run_id: str) -> list[str]:
    """Sources with files to take; creates the raw tables first, so that a build works without any."""
    from include import ingest

    with _step(settings, run_id, as_of, "scan"):
        ingest.prepare(settings)
        found = ingest.scan(settings, as_of)
    say("scan", f"{len(found)} 件の取込元にファイルがあります: {', '.join(found) or 'なし'}")
    return found


def load(settings: Settings, source: str, as_of: date, run_id: str) -> int:
    """Check and load one source. Returns rows loaded; raises `GateStop` when one of its files is red."""
    from include import ingest

    with _step(settings, run_id, as_of, f"ingest:{source}") as step:
        result = ingest.load_source(settings, source, as_of, run_id)
        step.rows = result.rows_loaded
        seconds = step.seconds()
        say("ingest", f"{source}: {result.rows_loaded:,} 行取込, {result.rows_rejected:,} 行除外, {result.rows_superseded:,} 行置換, {seconds:.1f} 秒")
        for message in result.messages:
            say("", message)
        if result.is_red:
            step.state = "red_required" if result.is_required else "red_optional"
            raise GateStop("ingest", "\n".join(result.messages))
    return result.rows_loaded


def check_fresh(settings: Settings, as_of: date, run_id: str) -> list[str]:
    """Say which sources have fallen silent. Returns the warnings; stops nothing."""
    from include.quality import freshness

    with warehouse.exclusive(settings, wait_seconds=LOCK_WAIT):
        found = freshness.check_sources(settings, as_of, run_id)
    for message in found:
        say("freshness", message)
    return found


def check_required(settings: Settings, run_id: str) -> None:
    """Refuse to announce an ingest whose scan or a source required for lists is red."""
    red = [name for name, state in _ingest_states(settings, run_id) if state not in ("success", "red_optional")]
    if red:
        raise GateStop("ingest", f"リストに必要な取込元が赤です: {', '.join(red)}。リストと断面は前回のままです。")


def check_all_green(settings: Settings, run_id: str) -> None:
    """Refuse when any source is red, required or not."""
    red = [name for name, state in _ingest_states(settings, run_id) if state != "success"]
    if red:
        raise GateStop("ingest", f"赤い取込元があります: {', '.join(red)}。直したファイルを landing/ に置いてください。")


def ingest_all(settings: Settings, as_of: date, run_id: str) -> None:
    """Scan and load every source; raises `GateStop` when one that lists need is red. A red optional one stays in landing."""
    for source in scan(settings, as_of, run_id):
        with contextlib.suppress(GateStop):
            load(settings, source, as_of, run_id)
    check_required(settings, run_id)


def _ingest_states(settings: Settings, run_id: str) -> list[tuple[str, str]]:
    with warehouse.exclusive(settings, wait_seconds=LOCK_WAIT), warehouse.writer(settings) as connection:
        found = dict(
            connection.execute(
                "select stage, arg_max(state, ended_at) from ops.run where run_id = ?"
                " and (stage = 'scan' or stage like 'ingest:%') group by stage",
                [run_id],
            ).fetchall()
        )
    return sorted({"scan": "missing", **{k.removeprefix("ingest:"): v for k, v in found.items()}}.items())


# -- build -------------------------------------------------------------------------------------------


def plan_build(settings: Settings, as_of: date, run_id: str) -> bool:
    """Claim the warehouse for this build. False when the last finished build had the same inputs."""
    with warehouse.exclusive(settings, wait_seconds=LOCK_WAIT):
        rules.check(settings)
        fingerprint = _fingerprint(settings, as_of)
        with warehouse.writer(settings) as connection:
            last = _newest_build(connection)
            if last and (last.as_of, last.fingerprint, last.state) == (as_of, fingerprint, "success"):
                say("build", f"{as_of}: 入力に変わりがないため、することはありません")
                return False
            connection.execute(
                "insert into ops.run values (?, ?, 'build', 'running', ?, ?, null, null, null, ?, null)",
                [run_id, as_of, fingerprint, rules.policy_version(settings), datetime.now()],
            )
    return True


def _build_rules(settings: Settings, as_of: date, run_id: str) -> None:
    """Load the rule tables in force and record the policy version."""
    with _step(settings, run_id, as_of, "rules", claimed=True) as step:
        version, step.engine_seconds = transform.prepare(settings, as_of)
        plan = changes.begin(settings, as_of, version, transform.code_hash(settings))
        say("rules", f"方針 {version}, {step.seconds():.1f} 秒")
        say("rules", f"全件を作り直します: {plan.reason}" if plan.is_full else "前回から変わった分だけを作ります")


def build_layer(settings: Settings, selector: str, as_of: date, run_id: str) -> None:
    """Load the rule tables (`rules`), or build and test one dbt layer."""
    if selector == "rules":
        return _build_rules(settings, as_of, run_id)
    with _step(settings, run_id, as_of, selector, claimed=True) as step:
        result = transform.build(settings, as_of=as_of, **changes.work(settings, selector, as_of)._asdict())
        step.rows, step.engine_seconds = result.rows, result.engine_seconds
        say(selector, f"{result.models} モデル, 検査 {result.tests}, {result.rows:,} 行, {step.seconds():.1f} 秒")


def finish_build(settings: Settings, as_of: date, run_id: str) -> None:
    """The build stands: publish may read it."""
    with warehouse.exclusive(settings, wait_seconds=LOCK_WAIT), warehouse.writer(settings) as connection:
        connection.begin()
        connection.execute(
            "update ops.run set state = 'success', ended_at = ? where run_id = ? and stage = 'build'"
            " and as_of = ? and state = 'running'",
            [datetime.now(), run_id, as_of],
        )
        changes.keep(connection, as_of)
        connection.commit()


def settle_earlier(settings: Settings, dates: list[date], run_id: str) -> None:
    """Finish every earlier date whole, ascending, before the newest of `dates` is built.

    A build overwrites the tables of the date before it, and day 2 must know day 1's lists.
    """
    newest = max(dates)
    with warehouse.exclusive(settings, wait_seconds=LOCK_WAIT):
        pending = _built_not_published(settings)
        if pending and pending < newest:
            _publish_whole(settings, pending, run_id)
        for day in sorted(set(dates) - {newest}):
            build_whole(settings, day, run_id)
            _publish_whole(settings, day, run_id)


def build_whole(settings: Settings, as_of: date, run_id: str) -> None:
    """All layers of one date, unless the warehouse holds just that."""
    if plan_build(settings, as_of, run_id):
        for selector in LAYERS:
            build_layer(settings, selector, as_of, run_id)
        finish_build(settings, as_of, run_id)


# -- publish -----------------------------------------------------------------------------------------


def check_built(settings: Settings, as_of: date) -> None:
    """Refuse to publish a date that the warehouse does not hold complete."""
    built = _last_build(settings)
    if built != (as_of, "success"):
        raise GateStop("list", f"{as_of} の構築が完了していません (倉庫の状態: {built})。build を再実行してください。")


def unpublished(settings: Settings, dates: list[date]) -> list[date]:
    """Of the announced dates, the one the warehouse holds; the others must be out already."""
    built = _last_build(settings)
    for day in dates:
        if built != (day, "success") and not _is_published(settings, day):
            raise GateStop("list", f"{day} の構築が完了していません (倉庫の状態: {built})。build を再実行してください。")
    return [day for day in dates if built == (day, "success")]


def gate_lists(settings: Settings, as_of: date, run_id: str) -> None:
    """The list gate: nothing is written unless every row is safe to send."""
    from include.quality import lists

    with _step(settings, run_id, as_of, "list_gate") as step:
        check_built(settings, as_of)
        lists.check_lists(settings, as_of, run_id)
        say("gate", f"リスト検査 合格, {step.seconds():.1f} 秒")


def write_lists(settings: Settings, as_of: date, run_id: str) -> None:
    """Write, rename and read back the lists of `as_of`; remember them in landing."""
    from include import publish

    with _step(settings, run_id, as_of, "lists") as step:
        check_built(settings, as_of)
        result = publish.publish_lists(settings, as_of, run_id)
        step.rows = sum(item.rows for item in result.lists)
        for item in result.lists:
            say("lists", f"{item.channel}: {item.rows:,} 行 → {item.path}")
        for message in result.messages:
            say("", message)


def serve(settings: Settings, as_of: date, run_id: str) -> None:
    """Swap the BI snapshot and render the report from it."""
    from include import publish, report

    with _step(settings, run_id, as_of, "publish_serving") as step:
        check_built(settings, as_of)
        publish.swap_serving(settings, as_of, run_id)
        report.render(settings)
        say("serving", f"{settings.serving / 'current.duckdb'}, {step.seconds():.1f} 秒")


def _publish_whole(settings: Settings, as_of: date, run_id: str) -> None:
    gate_lists(settings, as_of, run_id)
    write_lists(settings, as_of, run_id)
    serve(settings, as_of, run_id)
    load(settings, OWN_LISTS, as_of, run_id)


# -- bookkeeping -------------------------------------------------------------------------------------

LOCK_WAIT = 3600.0


class _Step:
    def __init__(self) -> None:
        self.rows: int | None = None
        self.engine_seconds: float | None = None
        self.state = "failed"
        self.began = time.monotonic()
        self.started_at = datetime.now()

    def seconds(self) -> float:
        return time.monotonic() - self.began


@contextmanager
def _step(
    settings: Settings, run_id: str, as_of: date, stage: str, claimed: bool = False
) -> Iterator[_Step]:
    """Run one step under the writer's lock and leave its row in `ops.run`, whatever happens."""
    with warehouse.exclusive(settings, wait_seconds=LOCK_WAIT):
        step = _Step()
        if claimed:
            _check_claim(settings, as_of, run_id)
        try:
            yield step
            step.state = "success"
        finally:
            _record(settings, run_id, as_of, stage, step)


def _record(settings: Settings, run_id: str, as_of: date, stage: str, step: _Step) -> None:
    with warehouse.writer(settings) as connection:
        connection.execute(
            "insert into ops.run values (?, ?, ?, ?, null, null, ?, ?, ?, ?, ?)",
            [
                run_id, as_of, stage, step.state, step.rows,
                step.seconds(), step.engine_seconds, step.started_at, datetime.now(),
            ],
        )


def _check_claim(settings: Settings, as_of: date, run_id: str) -> None:
    """Another run may have taken the warehouse between two tasks; two dates must not mix."""
    with warehouse.writer(settings) as connection:
        last = _newest_build(connection)
    holder = last and (last.run_id, last.as_of)
    if holder != (run_id, as_of):
        raise GateStop("build", f"別の実行 {holder} が構築を始めています。この実行は止めます。再実行は不要です。")


def close_killed(settings: Settings) -> int:
    """Mark steps left `running` by a killed process; call while holding the lock. Returns how many."""
    with warehouse.writer(settings) as connection:
        return connection.execute(
            "update ops.run set state = 'killed', ended_at = ? where state = 'running'", [datetime.now()]
        ).fetchone()[0]


class _Build(NamedTuple):
    run_id: str
    as_of: date
    state: str
    fingerprint: str
    ended_at: datetime | None


def _newest_build(connection) -> _Build | None:
    """The build that claimed the warehouse last, finished or not."""
    found = connection.execute(
        "select run_id, as_of, state, inputs_fingerprint, ended_at from ops.run where stage = 'build'"
        " order by started_at desc, run_id desc limit 1"
    ).fetchone()
    return _Build(*found) if found else None


def _last_build(settings: Settings) -> tuple[date, str] | None:
    with warehouse.exclusive(settings, wait_seconds=LOCK_WAIT), warehouse.writer(settings) as connection:
        last = _newest_build(connection)
    return last and (last.as_of, last.state)


def latest_ingest(settings: Settings) -> date | None:
    """The newest business date any ingest ran for: what a build started by hand builds."""
    with warehouse.writer(settings) as connection:
        return connection.execute("select max(as_of) from ops.run where stage like 'ingest:%'").fetchone()[0]


def _is_published(settings: Settings, as_of: date) -> bool:
    with warehouse.exclusive(settings, wait_seconds=LOCK_WAIT), warehouse.writer(settings) as connection:
        return bool(
            connection.execute(
                "select count(*) from ops.run where stage = 'publish_serving' and state = 'success' and as_of = ?",
                [as_of],
            ).fetchone()[0]
        )


def is_served(settings: Settings, as_of: date) -> bool:
    """Has this date been built from what is known of it today, and its snapshot been written afterwards?"""
    with warehouse.exclusive(settings, wait_seconds=LOCK_WAIT):
        fingerprint = _fingerprint(settings, as_of)
        with warehouse.writer(settings) as connection:
            found = connection.execute(
                "select count(*) from ops.run as build join ops.run as serving using (as_of)"
                " where as_of = ? and build.stage = 'build' and build.state = 'success' and build.inputs_fingerprint = ?"
                " and serving.stage = 'publish_serving' and serving.state = 'success'"
                " and serving.started_at >= build.ended_at",
                [as_of, fingerprint],
            ).fetchone()
    return bool(found[0])


def _built_not_published(settings: Settings) -> date | None:
    """The last finished build, if its publication is still to come; a list that its gate refused stays unsent."""
    with warehouse.writer(settings) as connection:
        last = _newest_build(connection)
        if last is None or last.state != "success":
            return None
        (attempts,) = connection.execute(
            "select count(*) from ops.run where as_of = ? and started_at >= ?"
            " and (stage = 'publish_serving' or (stage in ('list_gate', 'lists') and state <> 'success'))",
            [last.as_of, last.ended_at],
        ).fetchone()
    return None if attempts else last.as_of


def _fingerprint(settings: Settings, as_of: date) -> str:
    """Hash of all a build of `as_of` depends on: deliveries known by then, rules, code."""
    with warehouse.writer(settings) as connection:
        deliveries = connection.execute(
            "select delivery_id from ops.file_ledger where state = 'loaded'"
            " and coalesce(cast(known_at as date) <= ?, true)"
            # own lists are known from the next day
            " and not (source = ? and business_date >= ?) order by delivery_id",
            [as_of, OWN_LISTS, as_of],
        ).fetchall()
    parts = [as_of.isoformat(), rules.policy_version(settings), transform.code_hash(settings), *map(str, deliveries)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
