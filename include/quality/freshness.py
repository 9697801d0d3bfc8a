"""Which sources have fallen silent: the batch gate sees only those that deliver."""

from __future__ import annotations

from datetime import date

import duckdb

from include import warehouse
from include.contracts import Contract, load_contracts
from include.quality import docs
from include.quality.engine import Check, Outcome, gate_rows, record
from include.settings import Settings

GATE, SUBJECT = "freshness", "sources"


def check_sources(settings: Settings, as_of: date, run_id: str) -> list[str]:
    """One freshness check for every source that has ever delivered and whose contract says how old it may get.

    Returns one Japanese sentence for every stale source; they stop nothing. Verdicts are in `ops.gate_result` (gate
    `freshness`, subject: the source) and on one page of the Data Docs.
    """
    contracts = load_contracts(settings.contracts_dirs)
    with warehouse.reader(settings) as connection:
        asked = "select distinct source from ops.file_ledger where state = 'loaded' and business_date <= ? order by 1"
        seen = [source for (source,) in connection.execute(asked, [as_of]).fetchall()]
        checks = [_check(contracts[name], as_of) for name in seen if name in contracts and contracts[name].freshness_days]
        outcomes = [_outcome(connection, check) for check in checks]
    if not outcomes:
        return []
    docs.write(settings, as_of, GATE, SUBJECT, outcomes)
    rows = [row for outcome in outcomes for row in gate_rows([outcome], run_id, as_of, GATE, outcome.check.name)]
    with warehouse.writer(settings) as connection:
        record(connection, rows)
    return [_sentence(contracts[outcome.check.name], row) for outcome in outcomes if not outcome.is_success for row in outcome.rows]


def _check(contract: Contract, as_of: date) -> Check:
    query = f"""
        select concat('最新は ', max(business_date), ' (', date '{as_of}' - max(business_date), ' 日前)') as observed
        from {{batch}} where source = '{contract.source}' and state = 'loaded' and business_date <= date '{as_of}'
        having max(business_date) < date '{as_of}' - {contract.freshness_days} order by all
    """
    sentence = f"取込元 {contract.source} の最新の納品が基準日から {contract.freshness_days} 日以内"
    return Check(contract.source, "ops.file_ledger", sentence, query, is_stop=False, suite="freshness")


def _outcome(connection: duckdb.DuckDBPyConnection, check: Check) -> Outcome:
    """Asked of the ledger directly: a day without files does not pay for loading the engine of the batch gate."""
    found = connection.execute(check.query.format(batch=check.table)).fetchall()
    return Outcome(check, not found, len(found), [{"observed": row[0]} for row in found])


def _sentence(contract: Contract, row: dict) -> str:
    required = "リストに必要な" if contract.is_required() else ""
    return (
        f"警告: {required}取込元 {contract.source} が届いていません: {row['observed']}、許容は {contract.freshness_days} 日です。"
        f"送り元 ({contract.owner}) に確かめてください。"
    )
