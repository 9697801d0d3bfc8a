"""rejected/<source>/<business date>.csv: what was refused and why, for the people who fix it. Follows the database.

Beside it lies one 「直す行」 file for every delivery with rejected rows: corrected, it goes back to landing/<source>/ as it is.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from include import files, warehouse
from include.contracts import Contract, load_contracts
from include.ingest import fixfile, originals, slips, storage
from include.ingest.fixfile import harmless
from include.ingest.originals import Original
from include.settings import Settings

HEADER = ("ファイル", "行", "列", "値", "規則", "理由", "直し方", "直すファイル", "元の行")
QUERY = """
select l.business_date, r.source_file, r.source_row, r.column_name, r.rule_id, r.reason_ja, r.fix_ja,
       coalesce(l.corrects, l.delivery_id) as root, l.delivery_id, l.state, l.file_name, l.delivered_sha256, l.entities
from ops.rejected_row as r join ops.file_ledger as l using (delivery_id)
where r.source = ? and r.state = 'open' and list_contains(?, l.business_date)
order by r.source_file, root, r.source_row nulls first, r.column_name, r.rule_id, l.delivery_id
"""
CORRECTIONS = """
select corrects, list(delivery_id order by delivery_sequence, delivery_id) from ops.file_ledger
where source = ? and corrects is not null and state = 'loaded' group by corrects
"""
ANSWERED = """
select distinct l.business_date from ops.rejected_row as r join ops.file_ledger as l using (delivery_id)
join ops.file_ledger as answer on r.resolved_by = answer.delivery_id
where r.source = ? and list_contains(?, answer.business_date)
"""
WHOLE = "ファイル全体を直して出し直してください"


@dataclass(frozen=True)
class Refusal:
    """One line of a page. `root`: the delivery whose row it is, whichever attempt to correct it was refused last."""

    day: date
    source_file: str
    line: int | None
    column: str | None
    rule_id: str
    reason: str
    fix: str
    root: str
    delivery_id: str
    state: str
    file_name: str
    sha256: str
    entities: str


def path_of(settings: Settings, source: str, day: date) -> Path:
    return settings.rejected / source / f"{day.isoformat()}.csv"


def regenerate(settings: Settings, source: str, days: Iterable[date]) -> list[Path]:
    """Write the pages of these days, and of days whose refusals they answer, from `ops.rejected_row` and the kept files.

    A day without open refusals has none.
    """
    wanted = sorted(set(days))
    with warehouse.writer(settings) as connection:
        answered = connection.execute(ANSWERED, [source, wanted]).fetchall()
        wanted = sorted({*wanted, *(day for (day,) in answered)})
        found = [Refusal(*row) for row in connection.execute(QUERY, [source, wanted]).fetchall()]
        corrections = dict(connection.execute(CORRECTIONS, [source]).fetchall())
    contract = load_contracts(settings.contracts_dirs).get(source)
    written = []
    for day in wanted:
        mine = [refusal for refusal in found if refusal.day == day]
        made = _Day(settings, source, contract, corrections, mine).files(day) if mine else {}
        for path, data in made.items():
            files.write_atomically(path, data, files.PRIVATE)
        for path in _pages(settings, source, day):
            if path not in made:
                path.unlink()
        written += [path_of(settings, source, day)] if made else []
    return written


def _pages(settings: Settings, source: str, day: date) -> list[Path]:
    """The page of a day and the files beside it that are there."""
    page = path_of(settings, source, day)
    return [*([page] if page.exists() else []), *page.parent.glob(f"{day.isoformat()}_*{fixfile.ENDING}")]


class _Day:
    """The open refusals of one business date, with the rows they speak of."""

    def __init__(self, settings: Settings, source: str, contract: Contract | None, corrections: dict, found: list[Refusal]):
        self.settings = settings
        self.source = source
        self.contract = contract
        self.corrections = corrections
        self.by_root: dict[str, list[Refusal]] = defaultdict(list)
        for refusal in found:
            self.by_root[refusal.root].append(refusal)
        self.names: Counter[str] = Counter()

    def files(self, day: date) -> dict[Path, bytes]:
        """The page and its 「直す行」 files, by path."""
        page = path_of(self.settings, self.source, day)
        made, lines = {}, []
        for root, refusals in self.by_root.items():
            original, texts = self._original(root, refusals)
            target = self._target(page, refusals[0], original)
            if original and original.cells and refusals[0].state == "loaded":
                made[target] = self._fixfile(root, refusals, original)
            lines += [self._line(refusal, original, texts, target) for refusal in refusals]
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\r\n")
        writer.writerows([HEADER, *lines])
        return {page: buffer.getvalue().encode("utf-8-sig"), **made}

    def _original(self, root: str, refusals: list[Refusal]) -> tuple[Original | None, dict[int, str]]:
        """The refused rows with their cells, and the physical lines of the file, as far as they can still be read."""
        if self.contract is None:
            return None, {}
        first = refusals[0]
        delivery = (
            slips.of(self.settings, self.contract, root)
            if first.state == "loaded"
            else originals.refused(self.settings, self.contract, first.file_name, first.sha256, first.entities)
        )
        lines = {refusal.line for refusal in refusals if refusal.line}
        found = originals.rows(delivery, self.contract, lines) if delivery and lines else None
        if delivery is None or found is None:
            return None, {}
        corrected = originals.with_corrections(found, self.settings, self.contract, self.corrections.get(root, []))
        cells = {line: cells for line, cells in corrected.cells.items() if line in lines}
        return Original(found.header, cells), _physical(delivery.content, lines)

    def _target(self, page: Path, first: Refusal, original: Original | None) -> Path | None:
        if first.state != "loaded":
            return storage.kept_path(self.settings, self.source, first.file_name, first.sha256)
        if not original or not original.cells:
            return None
        stem = f"{page.stem}_{Path(first.source_file).stem}"
        self.names[stem] += 1
        number = f"_{self.names[stem]}" if self.names[stem] > 1 else ""
        return page.with_name(f"{stem}{number}{fixfile.ENDING}")

    def _fixfile(self, root: str, refusals: list[Refusal], original: Original) -> bytes:
        what: dict[int, list[str]] = defaultdict(list)
        for refusal in refusals:
            if refusal.line in original.cells:
                what[refusal.line].append(f"{refusal.column}: {refusal.reason}" if refusal.column else refusal.reason)
        rows = [
            (fixfile.token(root, line), " / ".join(dict.fromkeys(reasons)), original.row(line))
            for line, reasons in sorted(what.items())
        ]
        return fixfile.render(original.names, rows)

    def _line(self, refusal: Refusal, original: Original | None, texts: dict[int, str], target: Path | None) -> list:
        value = original.value(refusal.line, refusal.column) if original else ""
        is_whole = refusal.state != "loaded" or not original or refusal.line in original.cells
        where = target.relative_to(self.settings.rejected / self.source).as_posix() if target and is_whole else WHOLE
        return [
            refusal.source_file, refusal.line or "", refusal.column or "", harmless(value), refusal.rule_id, refusal.reason,
            refusal.fix, where, harmless(texts.get(refusal.line or 0, "")),
        ]  # fmt: skip


def _physical(path: Path, wanted: set[int]) -> dict[int, str]:
    """These physical lines of a kept file, in whatever encoding it can be read; none of a binary one. It goes by line by line."""
    if path.suffix.lower() == ".parquet":
        return {}
    for encoding in ("utf-8-sig", "cp932", "euc_jp", "utf-16"):
        try:
            with path.open(encoding=encoding) as file:
                return {number: line.removesuffix("\n") for number, line in enumerate(file, start=1) if number in wanted}
        except UnicodeError:
            continue
    return {}
