"""rejected/<source>/<business date>.csv: what was refused and why, for the people who fix it. Follows the database."""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from include import warehouse
from include.ingest import storage
from include.settings import Settings

HEADER = ("ファイル", "行", "列", "規則", "理由", "直し方", "元の行")
QUERY = """
select r.source, l.business_date, r.source_file, r.source_row, r.column_name, r.rule_id, r.reason_ja, r.fix_ja,
       l.stored_sha256, l.state
from ops.rejected_row as r join ops.file_ledger as l using (delivery_id)
where r.source = ? and list_contains(?, l.business_date)
order by r.source_file, l.delivery_id, r.source_row nulls first, r.column_name, r.rule_id
"""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t")


def path_of(settings: Settings, source: str, day: date) -> Path:
    return settings.rejected / source / f"{day.isoformat()}.csv"


def regenerate(settings: Settings, source: str, days: Iterable[date]) -> list[Path]:
    """Write these days' pages anew from `ops.rejected_row` and the kept files; a day without refusals has none."""
    wanted = sorted(set(days))
    with warehouse.writer(settings) as connection:
        rows = connection.execute(QUERY, [source, wanted]).fetchall()
    written = []
    for day in wanted:
        mine = [row for row in rows if row[1] == day]
        path = path_of(settings, source, day)
        if mine:
            _write(path, _render(settings, mine))
            written.append(path)
        else:
            path.unlink(missing_ok=True)
    return written


def _render(settings: Settings, rows: list[tuple]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADER)
    wanted: dict[str, set[int]] = defaultdict(set)
    for _, _, _, line, *_, sha256, _ in rows:
        wanted[sha256].add(line)
    lines: dict[str, dict[int, str]] = {}
    for _, _, file_name, line, column, rule, reason, fix, sha256, state in rows:
        if sha256 not in lines:
            lines[sha256] = _lines(settings, file_name, sha256, state, wanted[sha256])
        original = lines[sha256].get(line, "")
        writer.writerow([file_name, line or "", column or "", rule, reason, fix, harmless(original)])
    return buffer.getvalue().encode("utf-8-sig")


def _lines(settings: Settings, file_name: str, sha256: str, state: str, wanted: set[int]) -> dict[int, str]:
    """These physical lines of the kept file, in whatever encoding it can be read; the file goes by line by line."""
    kept = storage.archive_path(settings, sha256, Path(file_name).suffix)
    if state == "rejected" or not kept.exists():
        return {}
    for encoding in ("utf-8-sig", "cp932", "euc_jp", "utf-16"):
        try:
            with kept.open(encoding=encoding) as file:
                return {number: line.removesuffix("\n") for number, line in enumerate(file, start=1) if number in wanted}
        except UnicodeError:
            continue
    return {}


def harmless(cell: str) -> str:
    """N46: a cell that a spreadsheet would run as a formula gets an apostrophe."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.tmp")
    partial.write_bytes(data)
    partial.chmod(0o600)
    os.replace(partial, path)
