"""Rows in = loaded + rejected + superseded, per delivery; too many rejected rows reject the file."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import astuple

import duckdb
import pyarrow as pa

from include.contracts import Contract
from include.ingest import books
from include.ingest.deliveries import Delivery
from include.ingest.ledger import Outcome
from include.ingest.problems import ROW_RULES, BadFile, mask
from include.ingest.read import Parsed

EXAMPLES = 3


def judge(
    connection: duckdb.DuckDBPyConnection, contract: Contract, read_ones: list[tuple[int, Delivery, Parsed]]
) -> list[Outcome]:
    """The outcome of every delivery that could be read; masked refusals go to the scratch table `refusal`.

    Rows of refused deliveries leave the entity tables, so that the batch gate sees what would load.
    """
    counts = books.close(connection, contract, read_ones)
    refused = _refusals(connection, read_ones)
    by_place = defaultdict(list)
    for refusal in refused:
        by_place[refusal[0]].append(refusal)
    outcomes, out = [], []
    for place, delivery, parsed in read_ones:
        mine = by_place[place]
        outcome = Outcome(delivery, parsed.rows_in, *astuple(counts[place]))
        if mine and outcome.rows_rejected > (contract.max_bad_ratio or 0) * outcome.rows_in:
            _refuse(outcome, contract, mine)
            out.append(delivery.delivery_id)
        outcomes.append(outcome)
    _write_refusals(connection, refused)
    if out:
        for entity in dict.fromkeys(feed.entity for feed in contract.feeds):
            connection.execute(f"delete from {entity} where list_contains(?, delivery_id)", [out])
    return outcomes


def _refusals(connection: duckdb.DuckDBPyConnection, read_ones: list[tuple[int, Delivery, Parsed]]) -> list[tuple]:
    """(place, line, column, value, rule) of every rejected cell and row, in file order."""
    typed = connection.execute("select distinct place, line, header, value, rule_id from bad").fetchall()
    torn = [(p, b.line, b.column, b.value, b.rule_id) for p, _, parsed in read_ones for b in parsed.bad_rows]
    return sorted([*typed, *torn], key=lambda r: (r[0], r[1], r[2] or "", r[4]))


def _refuse(outcome: Outcome, contract: Contract, mine: list[tuple]) -> None:
    count, most = outcome.rows_rejected, Counter(rule for *_, rule in mine).most_common(1)[0][0]
    share = f"{outcome.rows_in} 行中 {count} 行が不良で、上限 {contract.max_bad_ratio:.1%} を超えました"
    examples = "、".join(
        f"{line}行目" + (f"の列「{column}」" if column else "") + f"は{ROW_RULES[rule][0]}" for _, line, column, _, rule in mine[:EXAMPLES]
    )
    _, line, column, _, _ = mine[0]
    error = BadFile("max_bad_ratio", f"{share}。例: {examples}", ROW_RULES[most][1], line, column)
    outcome.rule_id, outcome.reason, outcome.fix = error.rule_id, error.reason, error.fix
    outcome.line, outcome.column = line, column
    outcome.message = error.sentence(contract.source, outcome.delivery.file_name, contract.name)


def _write_refusals(connection: duckdb.DuckDBPyConnection, refused: list[tuple]) -> None:
    table = pa.table(
        {
            "place": pa.array([r[0] for r in refused], pa.int32()),
            "line": pa.array([r[1] for r in refused], pa.int64()),
            "header": pa.array([r[2] for r in refused], pa.string()),
            "masked": pa.array([mask(r[3]) for r in refused], pa.string()),
            "rule_id": pa.array([r[4] for r in refused], pa.string()),
        }
    )
    connection.register("refused_now", table)
    connection.execute("create table refusal as select * from refused_now")
    connection.unregister("refused_now")
