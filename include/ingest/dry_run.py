"""What a file would become, without touching anything: it is loaded into a warehouse that is thrown away."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from include import warehouse
from include.contracts import load_contracts, matches
from include.errors import GateStop
from include.ingest import commit, landing
from include.settings import Settings

REASONS_SHOWN = 20
REASONS = """
select source_row, column_name, rule_id, reason_ja, fix_ja from ops.rejected_row
order by source_row nulls first, column_name, rule_id
"""


@dataclass
class Verdict:
    """`loaded`: rows by entity; `reasons`: one sentence a refusal, without cell values; `is_ok`: nothing was refused."""

    source: str
    loaded: dict[str, int] = field(default_factory=dict)
    rows_in: int = 0
    rows_rejected: int = 0
    reasons: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    is_ok: bool = False

    def render(self) -> str:
        lines = [f"契約 {self.source}: {self.rows_in} 行を読み、{self.rows_rejected} 行は取り込めません。"]
        lines += [f"  取り込まれる行 {entity}: {count}" for entity, count in self.loaded.items()]
        lines += [f"  {reason}" for reason in self.reasons[:REASONS_SHOWN]]
        if len(self.reasons) > REASONS_SHOWN:
            lines.append(f"  ほか {len(self.reasons) - REASONS_SHOWN} 件")
        lines += [f"  {message}" for message in self.messages]
        return "\n".join([*lines, "  試しなので何も書いていません。前回との件数の比較と、取り込み済みかどうかは見ていません。"])


def check(settings: Settings, path: Path, as_of: date, source: str | None = None) -> Verdict:
    """Load one file under its contract for trial. Raises `GateStop('contract', …)` where no contract claims it."""
    source = source or _source_of(settings, path)
    if source not in load_contracts(settings.contracts_dirs):
        raise GateStop("contract", f"取込元 {source} の契約がありません。")
    with tempfile.TemporaryDirectory() as folder:
        trial = replace(settings, data_root=Path(folder))
        target = trial.landing / source / path.name
        target.parent.mkdir(parents=True)
        shutil.copyfile(path, target)
        os.utime(target, (0, 0))
        commit.prepare(trial)
        result = landing.load_source(trial, source, as_of, "trial")
        with warehouse.reader(trial) as connection:
            found = connection.execute(REASONS).fetchall()
            entities = {feed.entity for feed in load_contracts(settings.contracts_dirs)[source].feeds}
            counts = {e: connection.execute(f"select count(*) from raw.{e}").fetchone()[0] for e in sorted(entities)}
    messages = [message for message in result.messages if "extra_json" in message]
    return Verdict(
        source, {entity: count for entity, count in counts.items() if count}, result.rows_in, result.rows_rejected,
        [_sentence(*row) for row in found], messages, not result.is_red and not result.rows_rejected,
    )  # fmt: skip


def _sentence(line: int | None, column: str | None, rule: str, reason: str, fix: str) -> str:
    place = (f"{line}行目 " if line else "") + (f"列「{column}」" if column else "")
    return f"{place.strip()}{': ' if place else ''}{reason} ({rule})。{fix}。"


def _source_of(settings: Settings, path: Path) -> str:
    """The folder of landing the file lies in, else the one contract whose file names fit."""
    contracts = load_contracts(settings.contracts_dirs)
    if path.resolve().is_relative_to(settings.landing):
        return path.resolve().relative_to(settings.landing).parts[0]
    fitting = [name for name, contract in contracts.items() if matches(path.name, _telling(contract.files))]
    if len(fitting) == 1:
        return fitting[0]
    which = f"複数の契約 ({', '.join(fitting)}) の名前に合います" if fitting else "どの契約の名前にも合いません"
    raise GateStop("contract", f"{path.name} は{which}。--source で取込元を指定してください。")


def _telling(globs: tuple[str, ...]) -> tuple[str, ...]:
    """Without those that take any name of an ending."""
    return tuple(pattern for pattern in globs if not pattern.startswith("*."))
