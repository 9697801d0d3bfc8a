"""How many rows a full delivery brings against the full one before it: a cut file looks like mass withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from include.quality.engine import Check

NOW = """
    select d.delivery_id, d.file_name, d.business_date, coalesce(d.part, '') as part, d.delivery_sequence,
           count(e.delivery_id) as row_count
    from delivery as d left join {entity} as e on e.delivery_id = d.delivery_id
    where d.mode = 'full' group by all order by d.business_date, part, d.delivery_sequence, d.delivery_id
"""
# counts were taken when the delivery came in, so that a day costs the same however long the history
BEFORE = """
    select l.delivery_id, l.file_name, l.business_date, coalesce(l.part, '') as part, l.delivery_sequence,
           any_value(p.row_count) as row_count
    from ops.file_ledger as l join ops.delivery_profile as p on p.delivery_id = l.delivery_id and p.entity = '{entity}'
    where l.source = ? and l.mode = 'full' and l.state = 'loaded'
    group by all order by l.business_date, part, l.delivery_sequence, l.delivery_id
"""


@dataclass(frozen=True)
class Full:
    """One full delivery's rows of one entity; a later sequence of the same date and part replaces an earlier one."""

    delivery_id: str
    file_name: str
    business_date: date
    part: str
    sequence: int
    rows: int


def full_deliveries(
    connection: duckdb.DuckDBPyConnection, query: str, entity: str, *parameters
) -> list[Full]:
    """Ordered by date, part and sequence; `query` is NOW (scratch) or BEFORE (warehouse)."""
    return [
        Full(*row) for row in connection.execute(query.format(entity=entity), list(parameters)).fetchall()
    ]


def volume_check(
    entity: str, min_rows_ratio: float, before: Sequence[Full], now: Sequence[Full]
) -> Check | None:
    """Every file of a date whose rows fall below `min_rows_ratio` of the last accepted full; None without fulls."""
    if not now:
        return None
    compared = ", ".join(
        f"('{full.delivery_id}', '{_quoted(full.file_name)}', {rows}, {base})"
        for full, rows, base in _compared(min_rows_ratio, before, now)
    )
    query = f"""
        select delivery_id, source_file, null as source_row, concat(before_count, ' 行から ', row_count, ' 行へ') as observed
        from (values {compared}) as v (delivery_id, source_file, row_count, before_count)
        cross join (select count(*) as batch_count from {{batch}})
        where row_count < {min_rows_ratio} * before_count order by all
    """
    sentence = f"全件の {entity} が前回の {min_rows_ratio:.0%} 以上ある(途中で切れたファイルではない)"
    return Check(f"{entity}_volume", entity, sentence, query, suite="volume")


def _compared(ratio: float, before: Sequence[Full], now: Sequence[Full]):
    """(delivery, rows of its date, rows of the last accepted full before that date) for every delivery of now."""
    earlier, current = _by_date(before), _by_date(now)
    base = 0
    for day in sorted({*earlier, *current}):
        rows = _rows(current.get(day) or earlier[day])
        for full in current.get(day, []):
            yield full, rows, base
        if day in current and rows >= ratio * base:
            base = rows
        elif day in earlier:  # what is in was accepted, however few
            base = _rows(earlier[day])


def _by_date(fulls: Sequence[Full]) -> dict[date, list[Full]]:
    latest = {(full.business_date, full.part): full for full in fulls}
    found: dict[date, list[Full]] = {}
    for full in latest.values():
        found.setdefault(full.business_date, []).append(full)
    return found


def _rows(parts: Sequence[Full]) -> int:
    return sum(full.rows for full in parts)


def _quoted(name: str) -> str:
    return name.replace("'", "''").replace("{", "{{").replace("}", "}}")
