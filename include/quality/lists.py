"""The list gate: nothing is written to the outbox unless every row of every list is safe to send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from include import warehouse
from include.errors import GateStop
from include.quality import docs
from include.quality.engine import BROKEN_CHECK, Outcome, gate_rows, record, validate
from include.quality.list_checks import CHANNELS, checks_for
from include.settings import Settings

GATE = "list"
NAMED_ROWS = 5
NAMED_CHECKS = 5
# publish models that are no vendor list
BESIDE = ("pub_manifest_v1", "pub_list_history_v1", "pub_recall_v1")


def check_lists(settings: Settings, as_of: date, run_id: str) -> list[Outcome]:
    """Check the publish tables against the decisions behind them. Raises GateStop with one paragraph."""
    with warehouse.reader(settings) as connection:
        present = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'publish'"
        ).fetchall()
        found = sorted({row[0] for row in present} - set(BESIDE))
        lists = [channel for channel in CHANNELS if f"pub_{channel}_v1" in found]
        unknown = [name for name in found if name not in [f"pub_{channel}_v1" for channel in lists]]
        checks = [check for channel in lists for check in checks_for(channel, lists, as_of)]
        outcomes = validate(connection, "lists", checks)
    docs.write(settings, as_of, GATE, "lists", outcomes)
    with warehouse.writer(settings) as connection:
        record(connection, gate_rows(outcomes, run_id, as_of, GATE, "lists"))
    if unknown or not lists:
        raise GateStop(GATE, _ungated(unknown))
    failed = [outcome for outcome in outcomes if not outcome.is_success and outcome.check.is_stop]
    if failed:
        raise GateStop(GATE, _paragraph(failed))
    return outcomes


def _ungated(unknown: Sequence[str]) -> str:
    what = (
        f"検査の決まりがないリストがあります: {', '.join(unknown)}"
        if unknown
        else "検査するリストが 1 つもありません"
    )
    return (
        f"{what}。リストは書き出していません。前回のリストはそのままです。"
        "include/quality/list_checks.py にチャネルの決まりを加えるか、build をやり直してください。"
    )


def _paragraph(failed: Sequence[Outcome]) -> str:
    said = " ".join(_sentence(outcome) for outcome in failed[:NAMED_CHECKS])
    if len(failed) > NAMED_CHECKS:
        said += f" ほか {len(failed) - NAMED_CHECKS} 件の検査。"
    return (
        f"リストの検査で止めました。リストは 1 件も書き出さず、前回のリストと断面はそのままです。{said} "
        "対処: 該当する list_row_id を data_docs の「リストの検査」で確かめ、元の同意・停止・判定のデータを直してから build をやり直してください。"
    )


def _sentence(outcome: Outcome) -> str:
    where = outcome.check.table.removeprefix("publish.")
    if outcome.is_broken:
        return f"{where}「{outcome.check.sentence}」: {BROKEN_CHECK}。{outcome.problem}"
    ids = [str(row["list_row_id"]) for row in outcome.rows if row.get("list_row_id")][:NAMED_ROWS]
    named = f"(list_row_id {', '.join(ids)}{' ほか' if outcome.count > len(ids) else ''})" if ids else ""
    noted = "".join(f"({row['observed']})" for row in outcome.rows[:1] if row.get("observed"))
    return f"{where}「{outcome.check.sentence}」に反する行が {outcome.count:,} 件{named}{noted}。"
