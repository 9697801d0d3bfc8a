"""Rejected rows that come back corrected: they load as a later version of the delivery they belong to.

A correction keeps its delivery's business date, so that it is known when the delivery was and never overtakes a newer one.
Rows that make one record with a corrected one (the other lines of its order) come again with it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from include import warehouse
from include.contracts import Contract
from include.ingest import deliveries, feeds, fixfile, ledger, originals, read, slips
from include.ingest.books import Taken
from include.ingest.deliveries import Delivery
from include.ingest.load import Loader
from include.ingest.manifest import Manifest
from include.ingest.parsed import Parsed
from include.ingest.problems import BadFile
from include.ingest.result import SourceResult
from include.ingest.run import Run
from include.ingest.unpack import Member
from include.settings import Settings

OPEN_LINES = """
select distinct r.source_row from ops.rejected_row as r join ops.file_ledger as l using (delivery_id)
where r.state = 'open' and l.state = 'loaded' and r.source_row is not null and (l.delivery_id = $root or l.corrects = $root)
"""
ONCE_REJECTED = "select distinct source_row from ops.rejected_row where delivery_id = $root and source_row is not null"
EARLIER = """
select delivery_id from ops.file_ledger where corrects = ? and state = 'loaded' and delivery_id <> ?
order by delivery_sequence, delivery_id
"""
REVISIONS = 10**3  # below it, a sequence counts the contents of one delivery
FIX_ROOT = "この取込元の rejected/ にある最新の「直す行」ファイルを使ってください"


@dataclass(frozen=True)
class Work:
    """What one returned file asks for: the delivery it corrects, its lines that are still open, how many are not."""

    root: Delivery
    lines: tuple[fixfile.Line, ...]
    repeated: int


class Correction(Run):
    """The load of one returned file. It passes no batch gate of its own: its delivery has, and it brings a few rows."""

    is_gated = False
    work: Work | None = None
    member: Member

    def __init__(self, settings: Settings, contract: Contract, as_of: date, run_id: str, numbers):
        super().__init__(settings, replace(contract, max_bad_ratio=1.0), as_of, run_id, numbers)

    def take(self, member: Member, is_last: bool) -> SourceResult:
        """Load a returned file, which may lie in a package; only with the `last` of it the package leaves landing."""
        self.member = member
        self.waiting = set() if is_last else {member.path}
        return self.load([member.path])

    def _find(self, paths: list[Path]) -> list[Delivery]:
        member = self.member
        sha256 = deliveries.sha256_of(member.content)
        try:
            fix = fixfile.parse(member.content)
            root = self._root(fix)
            delivery = self._delivery(member, sha256, root)
            return self._take(delivery, fix)
        except BadFile as error:
            self.outcomes = [self._refused(self._stray(member, sha256), error)]
            return []

    def _root(self, fix: fixfile.Fix) -> Delivery:
        root = slips.of(self.settings, self.contract, fix.root)
        if root is None:
            raise BadFile("C-FIX", "どの納品の行か、記録にありません", FIX_ROOT)
        return root

    def _take(self, delivery: Delivery, fix: fixfile.Fix) -> list[Delivery]:
        """The delivery where it brings something; what is in already brings nothing."""
        if not self._is_done(delivery):
            self.work = self._work(self._root(fix), fix)
        self.known = [] if self.work and self.work.lines else [delivery]
        return [delivery] if not self.known else []

    def _delivery(self, member: Member, sha256: str, root: Delivery) -> Delivery:
        with warehouse.reader(self.settings) as connection:
            revisions = ledger.read(connection, self.contract.source).revisions(root)
        return replace(
            root,
            delivery_id=hashlib.sha256(f"correction|{root.delivery_id}|{sha256}".encode()).hexdigest()[:16],
            path=member.path,
            content=member.content,
            file_name=member.name,
            sha256=sha256,
            stored_sha256=sha256,
            mode="delta",  # no full, so that nothing is missing from it
            sequence=root.sequence // REVISIONS * REVISIONS + revisions,
            manifest=Manifest(),
            corrects=root.delivery_id,
        )

    def _stray(self, member: Member, sha256: str) -> Delivery:
        landing = self.settings.landing
        found = deliveries.describe(landing, member.path, self.contract, sha256, Manifest(), self.as_of, member)
        return replace(found, feeds=())

    def _is_done(self, delivery: Delivery) -> bool:
        with warehouse.reader(self.settings) as connection:
            asked = "select 1 from ops.file_ledger where delivery_id = ? and state = 'loaded'"
            return connection.execute(asked, [delivery.delivery_id]).fetchone() is not None

    def _work(self, root: Delivery, fix: fixfile.Fix) -> Work:
        """Of several lines for one row the last counts; a row that is no longer open is in already."""
        with warehouse.reader(self.settings) as connection:
            still_open = {line for (line,) in connection.execute(OPEN_LINES, {"root": root.delivery_id}).fetchall()}
        lines = {line.line: line for line in fix.lines if line.line in still_open}
        return Work(root, tuple(lines.values()), len(fix.lines) - len(lines))

    def _read(self, connection, loader: Loader, found: list[Delivery]) -> list[Taken]:
        if not found or self.work is None:
            return []
        [delivery] = found
        try:
            whole = self._whole(delivery)
        except BadFile as error:
            self.outcomes.append(self._refused(delivery, error, len(self.work.lines) + self.work.repeated))
            return []
        # its rows are rows of the file that they were rejected from
        feeds.register(connection, self.contract, [replace(delivery, file_name=self.work.root.file_name)])
        loader.add(0, delivery, whole)
        return [Taken(0, delivery, whole.rows_in)]

    def _whole(self, delivery: Delivery) -> Parsed:
        """The corrected rows in the order of the original, with the good rows of the same records."""
        root, contract = self.work.root, self.contract
        nothing = originals.rows(root, contract, ())
        if nothing is None:
            raise BadFile("C-FIX", "元のファイルを保管庫から読めません", "ファイル全体を直して置き直してください")
        now = replace(nothing, cells={line.line: self._checked(nothing, line) for line in self.work.lines})
        once_rejected = self._lines(ONCE_REJECTED)
        beside = originals.siblings(delivery.feeds, read.read(root, contract), now)
        beside = {line: cells for line, cells in beside.items() if line not in once_rejected}
        settled = originals.stacked(self._settled(delivery, nothing))
        again = originals.siblings(delivery.feeds, [settled], now)
        return originals.stacked(replace(nothing, cells={**beside, **again, **now.cells}))

    def _settled(self, delivery: Delivery, nothing: originals.Original) -> originals.Original:
        """The rows that earlier corrections of the same delivery have brought right."""
        with warehouse.reader(self.settings) as connection:
            earlier = [i for (i,) in connection.execute(EARLIER, [self.work.root.delivery_id, delivery.delivery_id]).fetchall()]
        found = originals.with_corrections(nothing, self.settings, self.contract, earlier)
        still_open = self._lines(OPEN_LINES)
        return replace(found, cells={line: cells for line, cells in found.cells.items() if line not in still_open})

    def _lines(self, query: str) -> set[int]:
        with warehouse.reader(self.settings) as connection:
            return {line for (line,) in connection.execute(query, {"root": self.work.root.delivery_id}).fetchall()}

    def _checked(self, whole: originals.Original, line: fixfile.Line) -> dict[str, str]:
        missing = [whole.header.names[key] for key in whole.header.used if key not in line.cells]
        if missing:
            raise BadFile("C-FIX", "元の列がありません", fixfile.FIX, 1, missing[0])
        return line.cells

    def _gate(self) -> list[tuple]:
        """Count the lines that were in already, and say which refusals are answered."""
        for place, outcome in enumerate(self.outcomes):
            if self.work and not outcome.is_rejected:
                more = self.work.repeated
                self.outcomes[place] = replace(
                    outcome, rows_in=outcome.rows_in + more, superseded=outcome.superseded + more,
                    answers=tuple(line.line for line in self.work.lines),
                )  # fmt: skip
                self.result.messages.append(self._said(self.outcomes[place]))
        return []

    def _said(self, outcome: ledger.Outcome) -> str:
        asked, beside = len(outcome.answers), outcome.rows_in - len(outcome.answers) - self.work.repeated
        done = asked - outcome.rows_rejected
        more = f" 同じ記録の {beside} 行も一緒に取り込み直しました。" if beside else ""
        return f"{self.contract.source}: {outcome.delivery.file_name} の直された {asked} 行のうち {done} 行を取り込みました。{more}"

    def _report(self):
        found = super()._report()
        found.is_required = False  # what it corrects was taken without these rows: the lists need not wait for them
        return found
