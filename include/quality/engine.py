"""Great Expectations on DuckDB: a dialect that never rolls back, and one way to run checks."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Thread

import duckdb

DIALECT = "okoshi_duckdb"
BROKEN_CHECK = "検査そのものを実行できませんでした"

_lent: dict[str, duckdb.DuckDBPyConnection] = {}


@dataclass(frozen=True)
class Check:
    """One sentence about one table.

    `query` returns the rows that break the sentence, as keys and counts and never as a person's data;
    `{batch}` stands for `table` ('orders' or 'publish.pub_email_v1'). `is_unknown`: rows found could not be judged,
    which is neither passed nor broken. `suite` groups checks on the pages of evidence.
    """

    name: str
    table: str
    sentence: str
    query: str
    is_stop: bool = True
    is_unknown: bool = False
    suite: str = "contract"


@dataclass(frozen=True)
class Outcome:
    """What a check found: `count` breaking rows, the first of them in `rows`; `problem` where it could not run."""

    check: Check
    is_success: bool
    count: int
    rows: list[dict]
    problem: str = ""

    @property
    def verdict(self) -> str:
        """passed, unknown, warned or stopped."""
        if self.is_success:
            return "passed"
        if self.check.is_unknown and not self.is_broken:
            return "unknown"
        return "stopped" if self.check.is_stop else "warned"

    @property
    def is_broken(self) -> bool:
        """The query itself failed, so nothing is known."""
        return not self.is_success and self.count == 0


def validate(connection: duckdb.DuckDBPyConnection, subject: str, checks: Sequence[Check]) -> list[Outcome]:
    """Run all checks in one checkpoint, one suite a table. Returns outcomes in the order of `checks`."""
    if not checks:
        return []
    gx = _great_expectations()
    _register_dialect()
    key = f"{subject}-{id(connection)}"
    _lent[key] = connection
    try:
        context = _context(gx)
        source = context.data_sources.add_sql(
            name=subject, connection_string=f"{DIALECT}:///{key}", create_temp_table=False
        )
        definitions = [
            _definition(gx, context, source, table, checks)
            for table in dict.fromkeys(c.table for c in checks)
        ]
        checkpoint = context.checkpoints.add(
            gx.Checkpoint(name=subject, validation_definitions=definitions, result_format="COMPLETE")
        )
        results = checkpoint.run().run_results.values()
        source.get_engine().dispose()
    finally:
        del _lent[key]
    found = {r.expectation_config.meta["key"]: r for result in results for r in result.results}
    return [_outcome(check, found[_key(check)]) for check in checks]


def gate_rows(outcomes: Sequence[Outcome], run_id: str, as_of: date, gate: str, subject: str) -> list[tuple]:
    """Rows of `ops.gate_result`, one a check; where nothing could be judged, is_success is NULL."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return [
        (run_id, as_of, gate, subject, f"{o.check.table}.{o.check.name}",
         None if o.verdict == "unknown" else o.is_success, str(o.count), _message(o), now)
        for o in outcomes
    ]  # fmt: skip


def _message(outcome: Outcome) -> str:
    sentence = outcome.check.sentence
    if outcome.verdict == "unknown":
        return f"判定不能: {sentence}"
    return sentence if outcome.check.is_stop or outcome.check.is_unknown else f"警告: {sentence}"


def record(connection: duckdb.DuckDBPyConnection, rows: Sequence[tuple]) -> None:
    """Write gate results through the writer's connection; a rerun of a run id replaces its rows."""
    for run_id, gate, subject in {(r[0], r[2], r[3]) for r in rows}:
        connection.execute(
            "delete from ops.gate_result where run_id = ? and gate = ? and subject = ?",
            [run_id, gate, subject],
        )
    if rows:
        connection.executemany("insert into ops.gate_result values (?, ?, ?, ?, ?, ?, ?, ?, ?)", list(rows))


def load_ahead() -> None:
    """Load the engine in a thread, while files are read that a gate will judge."""
    Thread(target=_great_expectations).start()


def _great_expectations():
    # the import costs seconds and 230 MB, so only a running gate pays for it
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations

    return great_expectations


def _context(gx):
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            analytics_enabled=False,
        ),
    )
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context


def _register_dialect() -> None:
    from sqlalchemy.dialects import registry

    registry.register(DIALECT, "include.quality.dialect", "LentDialect")


def lent(key: str) -> duckdb.DuckDBPyConnection:
    """The read-only connection a running validation works on."""
    return _lent[key]


def _key(check: Check) -> str:
    return f"{check.table}.{check.name}"


def _definition(gx, context, source, table: str, checks: Sequence[Check]):
    schema, _, name = table.rpartition(".")
    asset = source.add_table_asset(table, table_name=name, schema_name=schema or None)
    suite = context.suites.add(gx.ExpectationSuite(table))
    for check in checks:
        if check.table == table:
            suite.add_expectation(
                gx.expectations.UnexpectedRowsExpectation(
                    # GX gives the batch a name of its own; a query may give it another
                    unexpected_rows_query=check.query.replace("{batch}", "(select * from {batch})"),
                    description=check.sentence,
                    severity="critical" if check.is_stop else "warning",
                    meta={"key": _key(check)},
                )
            )
    batch = asset.add_batch_definition_whole_table("all")
    return context.validation_definitions.add(gx.ValidationDefinition(name=table, data=batch, suite=suite))


def _outcome(check: Check, result) -> Outcome:
    found = dict(result.result or {})
    rows = [dict(r) for r in found.get("details", {}).get("unexpected_rows", [])]
    # other errors may quote a value, these name tables and columns only
    named = re.search(r"(Catalog|Binder) Error: [^\n\\]*", str(result.exception_info))
    problem = named[0].strip() if named else ""
    return Outcome(check, bool(result.success), int(found.get("observed_value") or 0), rows, problem)
