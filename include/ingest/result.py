"""What became of one source in one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from include.contracts import Contract
from include.ingest.deliveries import Delivery
from include.ingest.ledger import Outcome

NAMES_SHOWN = 3


@dataclass
class SourceResult:
    """What became of one source in this run; `messages` are Japanese sentences without personal data."""

    source: str
    files: int = 0
    rows_in: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_superseded: int = 0
    is_red: bool = False
    is_required: bool = False
    messages: list[str] = field(default_factory=list)

    def add(self, other: SourceResult) -> None:
        """Take in what became of more files of the same source."""
        for name in ("files", "rows_in", "rows_loaded", "rows_rejected", "rows_superseded"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if self.is_red or other.is_red:
            self.is_required = (self.is_red and self.is_required) or (other.is_red and other.is_required)
        self.is_red = self.is_red or other.is_red
        self.messages += other.messages


def fill(result: SourceResult, contract: Contract, outcomes: Sequence[Outcome], known: Sequence[Delivery]) -> SourceResult:
    """Add up what became of the deliveries of this run and of those that were in already."""
    result.files = len(outcomes) + len(known)
    result.rows_in = sum(outcome.rows_in for outcome in outcomes)
    result.rows_loaded = sum(outcome.rows_loaded for outcome in outcomes)
    result.rows_rejected = sum(outcome.rows_rejected for outcome in outcomes)
    result.rows_superseded = sum(outcome.rows_superseded for outcome in outcomes)
    red = [outcome for outcome in outcomes if outcome.is_rejected]
    result.is_red = bool(red)
    entities = {feed.entity for outcome in red for feed in outcome.delivery.feeds}
    result.is_required = contract.is_required(entities or None)
    result.messages = [outcome.message for outcome in red if outcome.message] + result.messages
    result.messages += [*_dirty(result.source, outcomes), *_replaced(result.source, outcomes), *_known(result.source, known)]
    return result


def _dirty(source: str, outcomes: Sequence[Outcome]) -> list[str]:
    dirty = [outcome for outcome in outcomes if outcome.rows_rejected and not outcome.is_rejected]
    if not dirty:
        return []
    pages = sorted({f"{outcome.delivery.business_date.isoformat()}.csv" for outcome in dirty})
    count = sum(outcome.rows_rejected for outcome in dirty)
    more = f" ほか {len(pages) - 1} 件" if len(pages) > 1 else ""
    return [f"{source}: {count} 行を除いて取り込みました。理由は rejected/{source}/{pages[0]}{more}"]


def _replaced(source: str, outcomes: Sequence[Outcome]) -> list[str]:
    found = [outcome for outcome in outcomes if outcome.rows_superseded]
    if not found:
        return []
    rows, count = sum(o.rows_in for o in found), sum(o.rows_superseded for o in found)
    names = _names([outcome.delivery for outcome in found])
    return [f"{source}: {names} の {rows} 行のうち {count} 行は、同じファイルの新しい行に置き換えられました。"]


def _known(source: str, known: Sequence[Delivery]) -> list[str]:
    return [f"{source}: 取り込み済みの内容なので何もしていません: {_names(known)}"] if known else []


def _names(deliveries: Sequence[Delivery]) -> str:
    more = f" ほか {len(deliveries) - NAMES_SHOWN} 件" if len(deliveries) > NAMES_SHOWN else ""
    return "、".join(delivery.file_name for delivery in deliveries[:NAMES_SHOWN]) + more
