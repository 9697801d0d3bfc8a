"""Copy the facts, build the past in private warehouses, compare, write the result. The house itself is only read."""

from __future__ import annotations

from pathlib import Path

from include import files, rules, stages, transform, warehouse
from include.backtest import outcome, summary, tables
from include.backtest.plan import Plan, Replay
from include.errors import GateStop

SNAPSHOT = "current.duckdb"


def run(plan: Plan) -> Path:
    """The whole backtest in one process. Returns the summary page (Markdown, Japanese) in `plan.target`."""
    prepare(plan)
    for one in plan.replays:
        replay(one)
    return conclude(plan)


def prepare(plan: Plan) -> None:
    """Check every set of rules, then give each replay its own copy of the facts.

    The copy holds all rows, also those of the days after: that none of them counts is the work of the models (law 1).
    """
    for one in plan.replays:
        rules.check(one.settings)
    if not plan.house.warehouse.exists():
        raise GateStop("backtest", "倉庫がまだありません。先に run を実行してください。")
    files.remove(plan.root)
    with warehouse.exclusive(plan.house):
        for one in plan.replays:
            _copy_facts(plan, one)


def _copy_facts(plan: Plan, one: Replay) -> None:
    with warehouse.writer(one.settings) as connection:
        connection.execute(f"attach '{plan.house.warehouse}' as house (read_only)")
        names = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'house' and schema_name = 'raw' order by all"
        ).fetchall()
        for (name,) in names:
            connection.execute(f'create table raw."{name}" as from house.raw."{name}"')
        connection.execute("insert into ops.file_ledger by name from house.ops.file_ledger")
        connection.execute("detach house")


def replay(one: Replay) -> None:
    """Build every layer of the date from nothing, with the tests that guard a real build."""
    stages.say("backtest", f"{one.name}: {one.as_of} を作り直します")
    version, _ = transform.prepare(one.settings, one.as_of)
    for selector in stages.LAYERS[1:]:
        result = transform.build(one.settings, selector, one.as_of)
        stages.say(selector, f"{result.models} モデル, 検査 {result.tests}, {result.seconds:.1f} 秒")
    stages.say("backtest", f"{one.name}: {one.as_of} 方針 {version}")


def conclude(plan: Plan) -> Path:
    """Write the tables (Parquet) and the summary, and remove the private warehouses."""
    staging = plan.root / "result"
    files.remove(staging)
    staging.mkdir(parents=True)
    with warehouse.writer(plan.house, plan.root / "result.duckdb") as connection:
        # one thread and full orders: the same facts and rules are the same bytes
        connection.execute("set threads = 1")
        connection.execute("set preserve_insertion_order = true")
        for one in plan.replays:
            connection.execute(f"attach '{one.warehouse}' as {one.name} (read_only)")
        known_until = outcome.attach(connection, plan.house.serving / SNAPSHOT)
        tables.create(connection, plan)
        if known_until is not None:
            outcome.create(connection, plan, known_until)
        for name, order in tables.written(connection):
            connection.execute(
                f"copy (from {name} order by {order}) to '{staging / name}.parquet' (format parquet, compression zstd)"
            )
        page = summary.render(connection, plan, known_until)
    files.write(staging / "summary.md", page.encode(), files.READABLE)
    files.remove(plan.target)
    files.move_directory(staging, plan.target)
    files.remove(plan.root)
    return plan.target / "summary.md"
