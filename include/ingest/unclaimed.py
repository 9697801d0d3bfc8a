"""Files that no contract claims: a folder of landing without a contract, or landing itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from include import warehouse
from include.contracts import Contract
from include.ingest import commit, deliveries, ledger, rejected, storage
from include.ingest.ledger import Outcome
from include.ingest.manifest import Manifest
from include.ingest.problems import BadFile
from include.ingest.result import SourceResult
from include.settings import Settings


def refuse(settings: Settings, source: str, paths: list[Path], as_of: date, run_id: str) -> SourceResult:
    """Set every such file aside with one sentence; optional, since nobody can say what it would have fed."""
    nobody = Contract(source, 0, settings.landing, "", "", source, (), ())
    result = SourceResult(source, files=len(paths), is_red=bool(paths))
    outcomes = []
    with warehouse.writer(settings) as connection:
        books = ledger.read(connection, source)
    for path in paths:
        sha256 = deliveries.sha256_of(path)
        undated = books.first_date(sha256) or as_of
        delivery = deliveries.describe(settings.landing, path, nobody, sha256, Manifest(), undated)
        where = "landing 直下" if source == deliveries.UNKNOWN else f"フォルダ landing/{source}"
        error = BadFile("C-SOURCE", f"{where} に対する契約がありません", "正しい取込元のフォルダに置くか、契約を作ってください")
        message = error.sentence(source, path.name, None)
        outcomes.append(Outcome(delivery, rule_id=error.rule_id, reason=error.reason, fix=error.fix, message=message))
        storage.set_aside(settings, delivery)
    with warehouse.writer(settings) as connection:
        connection.begin()
        for outcome in outcomes:
            ledger.record(connection, nobody, outcome, run_id)
            connection.execute("delete from ops.rejected_row where delivery_id = ?", [outcome.delivery.delivery_id])
            commit.refuse_file(connection, source, outcome)
        connection.commit()
    rejected.regenerate(settings, source, [outcome.delivery.business_date for outcome in outcomes])
    for path in paths:
        storage.remove(settings, path)
    result.messages = [outcome.message for outcome in outcomes if outcome.message]
    return result
