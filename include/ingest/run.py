"""One source from landing to raw: find, read, type, judge, gate, commit, tidy. Safe to kill anywhere and repeat."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from include import warehouse
from include.contracts import Contract
from include.ingest import acceptance, commit, feeds, find, judge, ledger, limits, read, rejected, result, storage
from include.ingest.ahead import ahead
from include.ingest.books import Taken
from include.ingest.deliveries import Delivery
from include.ingest.ledger import Outcome
from include.ingest.load import Loader
from include.ingest.problems import BadFile
from include.ingest.result import SourceResult
from include.quality import engine
from include.settings import Settings


def with_defaults(contract: Contract, numbers: limits.Limits) -> Contract:
    bad, rows = contract.max_bad_ratio, contract.min_rows_ratio
    return replace(
        contract,
        max_bad_ratio=numbers.max_bad_ratio if bad is None else bad,
        min_rows_ratio=numbers.min_rows_ratio if rows is None else rows,
        absent_fulls=contract.absent_fulls or numbers.absent_fulls,
    )


class Run:
    """The state of one source's load: deliveries in order, what was read of them, what became of them."""

    is_gated = True

    def __init__(self, settings: Settings, contract: Contract, as_of: date, run_id: str, numbers: limits.Limits):
        self.settings = settings
        self.contract = contract
        self.as_of = as_of
        self.run_id = run_id
        self.numbers = numbers
        self.scratch = scratch_path(settings, contract.source, run_id)
        self.result = SourceResult(contract.source)
        self.outcomes: list[Outcome] = []
        self.known: list[Delivery] = []
        self.waiting: set[Path] = set()

    def load(self, paths: list[Path]) -> SourceResult:
        storage.discard(self.scratch)
        found = self._find(paths)
        if self.outcomes or found:
            self._load_new(found)
        self._tidy()
        return self._report()

    def _find(self, paths: list[Path]) -> list[Delivery]:
        with warehouse.writer(self.settings) as connection:
            books = ledger.read(connection, self.contract.source)
        unpacked = storage.unpacked_folder(self.scratch)
        found = find.find(self.settings.landing, self.contract, paths, books, self.as_of, unpacked)
        self.outcomes = [self._refused(delivery, error) for delivery, error in found.refused]
        self.known, self.waiting = found.known, {delivery.path for delivery in found.waiting}
        self.result.messages += found.messages
        return found.new

    def _refused(self, delivery: Delivery, error: BadFile, rows_in: int = 0) -> Outcome:
        message = error.sentence(self.contract.source, delivery.file_name, self.contract.name)
        return Outcome(
            delivery, rows_in, rule_id=error.rule_id, reason=error.reason, fix=error.fix,
            line=error.line, column=error.column, message=message,
        )  # fmt: skip

    def _load_new(self, found: list[Delivery]) -> None:
        if found and self.is_gated:
            engine.load_ahead()
        with warehouse.writer(self.settings, self.scratch) as connection:
            connection.execute("set force_compression = 'uncompressed'")  # written once, read twice, thrown away
            feeds.create(connection)
            loader = Loader(connection, self.contract, self.numbers.future_days)
            taken = self._read(connection, loader, found)
            self.result.messages += loader.finish()
            self.outcomes += judge.judge(connection, self.contract, taken)
        results = self._gate()
        for outcome in self.outcomes:
            self._keep(outcome)
        commit.commit(self.settings, self.contract, self.scratch, self.outcomes, results, self.run_id)

    def _read(self, connection, loader: Loader, found: list[Delivery]) -> list[Taken]:
        """Every file that can be read whole, typed on the way; what came of the others is taken back."""
        feeds.register(connection, self.contract, found)
        taken = []
        for place, delivery in enumerate(found):
            rows = 0
            try:
                delivery.manifest.check_content(delivery.sha256, delivery.path)
                for piece in ahead(read.read(delivery, self.contract)):
                    loader.add(place, delivery, piece)
                    rows += piece.rows_in
            except BadFile as error:
                loader.forget(place)
                self.outcomes.append(self._refused(delivery, error))
                continue
            taken.append(Taken(place, delivery, rows))
        taken = self._with_claimed_rows(loader, found, taken)
        gone = {*range(len(found))} - {one.place for one in taken}
        feeds.unregister(connection, sorted(gone))
        return taken

    def _with_claimed_rows(self, loader: Loader, found: list[Delivery], taken: list[Taken]) -> list[Taken]:
        """What a manifest says of a package it says of all its files together."""
        rows, readable = Counter(), Counter()
        for one in taken:
            rows[one.delivery.path] += one.rows_in
            readable[one.delivery.path] += 1
        packed = Counter(delivery.path for delivery in [*found, *self.known])
        kept = []
        for one in taken:
            path = one.delivery.path
            try:
                if readable[path] == packed[path]:
                    one.delivery.manifest.check_rows(rows[path])
                kept.append(one)
            except BadFile as error:
                loader.forget(one.place)
                self.outcomes.append(self._refused(one.delivery, error))
        return kept

    def _gate(self) -> list[tuple]:
        """Great Expectations on the parsed batch: refused deliveries are set aside, the rest commits."""
        if all(outcome.is_rejected for outcome in self.outcomes):
            return []
        from include.quality import batch

        good = [outcome.delivery for outcome in self.outcomes if not outcome.is_rejected]
        here = {feed.entity for delivery in good for feed in delivery.feeds}
        delivered = replace(self.contract, feeds=tuple(feed for feed in self.contract.feeds if feed.entity in here))
        verdict = batch.check_batch(self.settings, delivered, self.scratch, self.as_of, self.run_id)
        for place, outcome in enumerate(self.outcomes):
            reasons = verdict.failures.get(outcome.delivery.delivery_id)
            if reasons and not outcome.is_rejected:
                self.outcomes[place] = self._despite(outcome, " ".join(reasons))
        self.result.messages += verdict.warnings
        return verdict.results

    def _despite(self, outcome: Outcome, reasons: str) -> Outcome:
        """The gate's word stands unless somebody has accepted this very content."""
        if word := acceptance.given(self.settings, self.contract.source, outcome.delivery.sha256):
            message = f"{outcome.delivery.file_name}: {word}により取り込みました。検査の指摘: {reasons}"
            self.result.messages.append(f"{self.contract.source}: {message}")
            return replace(outcome, message=message)
        fix = f"内容を確かめて出し直してください。正しければ ingest --accept {outcome.delivery.delivery_id} で受け入れられます"
        return self._refused(outcome.delivery, BadFile(acceptance.RULE, reasons, fix), outcome.rows_in)

    def _keep(self, outcome: Outcome) -> None:
        """Disk first: an orphan is harmless, a row without its file is not."""
        delivery = outcome.delivery
        if outcome.is_rejected:
            storage.set_aside(self.settings, delivery)
        else:
            storage.archive(self.settings, delivery)

    def _tidy(self) -> None:
        """After the commit: refusals as pages, then landing."""
        done = [*(outcome.delivery for outcome in self.outcomes), *self.known]
        rejected.regenerate(self.settings, self.contract.source, [delivery.business_date for delivery in done])
        for delivery in done:
            if delivery.path not in self.waiting:
                storage.remove(self.settings, delivery.path)
        storage.discard(self.scratch)

    def _report(self) -> SourceResult:
        return result.fill(self.result, self.contract, self.outcomes, self.known)


def scratch_path(settings: Settings, source: str, run_id: str) -> Path:
    return settings.work / re.sub(r"[^A-Za-z0-9_.-]", "_", run_id) / f"{source}.duckdb"
