"""Rows in = loaded + rejected + superseded, per delivery; too many rejected rows reject the file."""

from __future__ import annotations

from dataclasses import astuple

import duckdb
import pyarrow as pa

from include.contracts import Contract
from include.ingest import books
from include.ingest.books import Taken
from include.ingest.ledger import Outcome
from include.ingest.problems import ROW_RULES, BadFile, mask

EXAMPLES = 3
REFUSAL_DDL = "create table refusal (place integer, line bigint, header varchar, masked varchar, rule_id varchar)"
BATCH = 100_000  # refusals masked at a time
REFUSED = "(select distinct place, line, header, value, rule_id from bad)"
IN_FILE_ORDER = "line, coalesce(header, ''), rule_id"


def judge(connection: duckdb.DuckDBPyConnection, contract: Contract, taken: list[Taken]) -> list[Outcome]:
    """The outcome of every delivery that could be read; masked refusals go to the scratch table `refusal`.

    Rows of refused deliveries leave the entities, so that the batch gate sees what would load.
    """
    counts = books.close(connection, contract, taken)
    outcomes, out = [], []
    for one in taken:
        outcome = Outcome(one.delivery, one.rows_in, *astuple(counts[one.place]))
        if outcome.rows_rejected and outcome.rows_rejected > (contract.max_bad_ratio or 0) * outcome.rows_in:
            _refuse(connection, outcome, contract, one.place)
            out.append(one.delivery.delivery_id)
        outcomes.append(outcome)
    _write_refusals(connection)
    connection.execute("update delivery set is_refused = true where list_contains(?, delivery_id)", [out])
    return outcomes


def _refuse(connection: duckdb.DuckDBPyConnection, outcome: Outcome, contract: Contract, place: int) -> None:
    mine = f"from {REFUSED} where place = ?"
    count, first = outcome.rows_rejected, f"select line, header, rule_id {mine} order by {IN_FILE_ORDER} limit {EXAMPLES}"
    shown = connection.execute(first, [place]).fetchall()
    [most] = connection.execute(
        f"select rule_id {mine} group by rule_id order by count(*) desc, min((line, coalesce(header, ''))), rule_id limit 1", [place]
    ).fetchone()
    share = f"{outcome.rows_in} 行中 {count} 行が不良で、上限 {contract.max_bad_ratio:.1%} を超えました"
    examples = "、".join(
        f"{line}行目" + (f"の列「{column}」" if column else "") + f"は{ROW_RULES[rule][0]}" for line, column, rule in shown
    )
    line, column, _ = shown[0]
    error = BadFile("max_bad_ratio", f"{share}。例: {examples}", ROW_RULES[most][1], line, column)
    outcome.rule_id, outcome.reason, outcome.fix = error.rule_id, error.reason, error.fix
    outcome.line, outcome.column = line, column
    outcome.message = error.sentence(contract.source, outcome.delivery.file_name, contract.name)


def _write_refusals(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(REFUSAL_DDL)
    reading = connection.cursor()
    found = reading.execute(f"select * from {REFUSED} order by place, {IN_FILE_ORDER}")
    while rows := found.fetchmany(BATCH):
        table = pa.table(
            {
                "place": pa.array([row[0] for row in rows], pa.int32()),
                "line": pa.array([row[1] for row in rows], pa.int64()),
                "header": pa.array([row[2] for row in rows], pa.string()),
                "masked": pa.array([mask(row[3]) for row in rows], pa.string()),
                "rule_id": pa.array([row[4] for row in rows], pa.string()),
            }
        )
        connection.register("refused_now", table)
        connection.execute("insert into refusal by name select * from refused_now")
        connection.unregister("refused_now")
    reading.close()
