"""The only place that runs dbt: one parse per process, one selector per call, failing rows in the message."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from include import rules, warehouse
from include.errors import GateStop
from include.settings import Settings

PARSE_CACHE = "partial_parse.msgpack"
# as_of is read in model SQL only, so one parse serves every date
PARSE_VARS = json.dumps({"as_of": "1970-01-01"})
# a layer runs the tests that it completes, not those that still wait for a later layer
OWN_TESTS = ("--indirect-selection", "buildable")
SAMPLE_ROWS = 5
# columns a message may show: keys, dates, codes and counts, never a person's data
SHOWN_SUFFIXES = ("_id", "_no", "_on", "_code", "_count", "_version", "_key", "state", "tier", "channel", "outcome")

_manifests: dict[Path, object] = {}


@dataclass(frozen=True)
class LayerResult:
    """One selector's run: relations built, tests passed, rows now in the built tables, seconds.

    `engine_seconds` counts the time in which at least one model or test was executing, `model_seconds` each model's own.
    """

    selector: str
    models: int
    tests: int
    rows: int
    seconds: float
    engine_seconds: float
    model_seconds: dict[str, float]


def prepare(settings: Settings, as_of: date) -> tuple[str, float]:
    """Check the rule tables, load changed seeds, record the policy. Returns (`policy_version`, engine seconds)."""
    engine_seconds = 0.0
    rules.check(settings)
    version, seeds_hash = rules.policy_version(settings), _seeds_hash(settings)
    with warehouse.writer(settings) as connection:
        known = connection.execute("select seeds_hash from ops.policy").fetchone()
    if known != (seeds_hash,):
        result = _invoke(settings, ["build", "--selector", "rules", "--full-refresh", *OWN_TESTS], as_of)
        engine_seconds = _busy_seconds(result)
    with warehouse.writer(settings) as connection:
        connection.begin()
        _swap_replaced_rules(settings, connection)
        connection.execute("delete from ops.policy")
        connection.execute("insert into ops.policy values (?, ?, ?)", [version, as_of, seeds_hash])
        connection.commit()
    return version, engine_seconds


def build(
    settings: Settings, selector: str, as_of: date, is_full: bool = True, settled: frozenset[str] = frozenset()
) -> LayerResult:
    """Build and test one layer for `as_of`, all of it or what changed since the last build.

    Models that read nothing but `settled` raw entities stay as they are. Raises `GateStop('model', …)` naming model, test and rows.
    """
    started = time.monotonic()
    result = _invoke(
        settings,
        ["build", *_selection(settings, selector, as_of, settled), "--exclude-resource-type", "unit_test", *OWN_TESTS],
        as_of,
        extent="all" if is_full else "changed",
    )
    built = [r for r in result if r.node.resource_type in ("model", "seed", "snapshot")]
    tests = [r for r in result if r.node.resource_type == "test"]
    seconds = time.monotonic() - started
    return LayerResult(
        selector, len(built), len(tests), _row_count(settings, built), seconds, _busy_seconds(result),
        {r.node.name: r.execution_time for r in built},
    )  # fmt: skip


def _selection(settings: Settings, selector: str, as_of: date, settled: frozenset[str]) -> list[str]:
    """The selector, or its models by name where some are left out: dbt knows no --exclude beside a selector."""
    models = [node for node in _manifest(settings).nodes.values() if node.resource_type == "model"]
    still = {model.name for model in models if _reads_only(model, settled)}
    if not still:
        return ["--selector", selector]
    found = _run(settings, ["list", "--selector", selector, "--resource-type", "model", "--output", "name"], as_of)
    return ["--select", *sorted(set(found) - still)]


def _reads_only(model, settled: frozenset[str]) -> bool:
    """Whether a model reads raw entities, nothing but settled ones and no other model; the ledger is no fact of its own."""
    raw = {name for schema, name in model.sources if schema == "raw"}
    refs = [unique_id for unique_id in model.depends_on.nodes if not unique_id.startswith("source.")]
    return bool(raw) and raw <= settled and not refs


def _busy_seconds(results: list) -> float:
    """Length of the union of all execution intervals."""
    spans = sorted(
        (t.started_at, t.completed_at) for r in results for t in r.timing if t.name == "execute" and t.completed_at
    )
    busy, reached = 0.0, None
    for start, end in spans:
        if reached is None or start > reached:
            busy += (end - start).total_seconds()
        elif end > reached:
            busy += (end - reached).total_seconds()
        reached = end if reached is None else max(reached, end)
    return busy


def code_hash(settings: Settings) -> str:
    """Hash of everything dbt builds from except the rule rows (models, macros, tests, seeds)."""
    digest = hashlib.sha256()
    for path in sorted(settings.dbt_project.rglob("*")):
        if path.suffix in (".sql", ".yml", ".csv", ".py") and "target" not in path.parts:
            digest.update(str(path.relative_to(settings.dbt_project)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _seeds_hash(settings: Settings) -> str:
    digest = hashlib.sha256(str(settings.rules_dir is not None).encode())
    files = sorted((settings.dbt_project / "seeds").rglob("*.csv"))
    for path in [*files, *(sorted(settings.rules_dir.glob("*.csv")) if settings.rules_dir else [])]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _swap_replaced_rules(settings: Settings, connection) -> None:
    if settings.rules_dir is None:
        return
    for name, path in rules.effective_files(settings).items():
        if path.parent != settings.rules_dir:
            continue
        types = dict(
            connection.execute(
                "select column_name, data_type from information_schema.columns"
                " where table_schema = 'rules' and table_name = ?",
                [name],
            ).fetchall()
        )
        connection.execute(f'delete from rules."{name}"')
        try:
            connection.execute(
                f'insert into rules."{name}" by name select * from read_csv(?, header = true, types = ?)',
                [str(path), types],
            )
        except Exception as error:
            raise GateStop("rules", f"{path}: 値の型が合いません。{str(error).splitlines()[0]}") from None


def _invoke(settings: Settings, command: list[str], as_of: date, extent: str = "all") -> list:
    """Run one dbt command that executes nodes and return its node results; raises `GateStop` when one failed."""
    results = _run(settings, command, as_of, extent)
    failed = [r for r in results if r.status in ("error", "fail", "runtime error")]
    if failed:
        raise GateStop("model", "\n".join(_failure(settings, r) for r in failed))
    return results


def _run(settings: Settings, command: list[str], as_of: date, extent: str = "all") -> list:
    """Run one dbt command in this process and return what it found."""
    from dbt.cli.main import dbtRunner

    runner = dbtRunner(manifest=_manifest(settings))
    outcome = runner.invoke(
        [*command, "--vars", json.dumps({"as_of": as_of.isoformat(), "extent": extent}), *_flags(settings), "--no-write-json"]
    )
    _close_connections()
    if outcome.exception is not None:
        raise GateStop("model", f"dbt {command[0]}: {str(outcome.exception).strip()[:2000]}")
    return list(outcome.result)


def _manifest(settings: Settings):
    from dbt.cli.main import dbtRunner

    if settings.dbt_target not in _manifests:
        settings.dbt_target.mkdir(parents=True, exist_ok=True)
        # the parse must not depend on where data lies, or its cache would serve one DATA_ROOT only;
        # it opens nothing, and takes the catalog's name from the file's name
        _environment(settings, warehouse_path=settings.warehouse.name)
        _copy_cache(settings.dbt_project / "target", settings.dbt_target)
        outcome = dbtRunner().invoke(["parse", "--vars", PARSE_VARS, *_flags(settings)])
        if not outcome.success:
            raise GateStop("model", f"dbt parse: {str(outcome.exception).strip()[:2000]}")
        _copy_cache(settings.dbt_target, settings.dbt_project / "target")
        _manifests[settings.dbt_target] = outcome.result
    _environment(settings, warehouse_path=str(settings.warehouse))
    return _manifests[settings.dbt_target]


def _copy_cache(source: Path, target: Path) -> None:
    """Share the parse cache between DATA_ROOTs of one checkout; whoever cannot write goes without."""
    cache = source / PARSE_CACHE
    if not cache.exists():
        return
    with contextlib.suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
        aside = target / f".{PARSE_CACHE}.{os.getpid()}"
        shutil.copyfile(cache, aside)
        os.replace(aside, target / PARSE_CACHE)


def parse(settings: Settings) -> None:
    """Parse the project once in this process; writes manifest.json into `settings.dbt_target`."""
    _manifest(settings)


def _environment(settings: Settings, warehouse_path: str) -> None:
    """What profiles.yml reads; dbt takes its connection from the environment."""
    os.environ["OKOSHI_WAREHOUSE"] = warehouse_path
    os.environ["OKOSHI_THREADS"] = str(settings.warehouse_threads)
    os.environ["OKOSHI_MEMORY"] = settings.warehouse_memory


def _flags(settings: Settings) -> list[str]:
    project, target = str(settings.dbt_project), str(settings.dbt_target)
    return [
        "--project-dir", project, "--profiles-dir", project, "--target-path", target,
        "--log-path", f"{target}/logs", "--log-level", "none",
    ]  # fmt: skip


def _close_connections() -> None:
    """All tasks of a run may share one process: the next reader needs the file free."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def _failure(settings: Settings, result) -> str:
    node = result.node
    where = f"{node.original_file_path}"
    if node.resource_type != "test":
        return f"モデル {node.name} ({where}) を作れません: {_first_lines(result.message)}"
    return (
        f"検査 {node.name} が不合格です ({where}): {node.description or ''}\n"
        f"該当 {result.failures} 行。{_sample(settings, node)}"
    )


def _first_lines(text: str | None) -> str:
    return " / ".join(line.strip() for line in (text or "").splitlines() if line.strip())[:600]


def _sample(settings: Settings, node) -> str:
    """The first offending rows of a failed test: keys, dates and codes only."""
    try:
        with warehouse.reader(settings) as connection:
            found = connection.execute(f"select * from ({node.compiled_code}) limit {SAMPLE_ROWS}")
            names = [column[0] for column in found.description]
            shown = [i for i, name in enumerate(names) if name.endswith(SHOWN_SUFFIXES)]
            rows = [{names[i]: str(row[i]) for i in shown} for row in found.fetchall()]
    except Exception as error:
        return f"(行を表示できません: {type(error).__name__})"
    return "例: " + json.dumps(rows, ensure_ascii=False)


def _row_count(settings: Settings, built: list) -> int:
    names = {(r.node.schema, r.node.alias) for r in built}
    if not names:
        return 0
    with warehouse.reader(settings) as connection:
        sizes = connection.execute("select schema_name, table_name, estimated_size from duckdb_tables()")
        return sum(size for schema, table, size in sizes.fetchall() if (schema, table) in names)
