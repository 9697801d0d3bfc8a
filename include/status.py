"""What a data engineer asks first: which runs, which sources are stale, which gates are red."""

from __future__ import annotations

from datetime import date

from include import contracts, warehouse
from include.settings import Settings

LAST_RUNS = 12
LAST_RED = 10


def render(settings: Settings, today: date) -> str:
    """Plain text (Japanese): last steps, newest delivery of each source with its age in days and
    the rows that wait to be corrected, red gates."""
    if not settings.warehouse.exists():
        return "まだ一度も実行されていません。"
    with warehouse.reader(settings) as connection:
        runs = connection.execute(
            "select as_of, stage, state, row_count, seconds from ops.run order by started_at desc, stage limit ?",
            [LAST_RUNS],
        ).fetchall()
        newest = dict(
            connection.execute(
                "select source, max(business_date) from ops.file_ledger where state = 'loaded' group by source"
            ).fetchall()
        )
        waiting = _waiting(connection)
        red = connection.execute(
            "select as_of, gate, subject, message_ja from ops.gate_result where not is_success"
            " order by checked_at desc, subject limit ?",
            [LAST_RED],
        ).fetchall()
    sources = _source_lines(settings, newest, waiting, today)
    return "\n".join(
        ["最近の工程:", *map(_run_line, runs), "取込元:", *sources, "赤い検査:", *map(_red_line, red)]
    )


def _waiting(connection) -> dict[str, int]:
    """Source -> rejected rows nobody has corrected; none in a warehouse that a run has yet to lead to this version."""
    there = "select 1 from duckdb_columns() where schema_name = 'ops' and table_name = 'rejected_row' and column_name = 'state'"
    if connection.execute(there).fetchone() is None:
        return {}
    asked = "select source, count(distinct (delivery_id, source_row)) from ops.rejected_row where state = 'open' group by source"
    return dict(connection.execute(asked).fetchall())


def _run_line(row: tuple) -> str:
    as_of, stage, state, rows, seconds = row
    return f"  {as_of} {stage:<34} {state:<12} {'' if rows is None else f'{rows:,}':>12} {seconds or 0:>7.1f} 秒"


def _source_lines(settings: Settings, newest: dict[str, date], waiting: dict[str, int], today: date) -> list[str]:
    lines = []
    for name, contract in sorted(contracts.load_contracts(settings.contracts_dirs).items()):
        if name not in newest:
            continue
        age = (today - newest[name]).days
        limit = contract.freshness_days
        stale = "  古い" + (" (リストに必要)" if contract.is_required() else "") if limit is not None and age > limit else ""
        rows = f"  直していない行 {waiting[name]:,}" if name in waiting else ""
        lines.append(f"  {name:<28} {newest[name]}  {age} 日前 (許容 {limit if limit is not None else '－'} 日){stale}{rows}")
    return lines


def _red_line(row: tuple) -> str:
    as_of, gate, subject, message = row
    return f"  {as_of} [{gate}] {subject}: {message}"
