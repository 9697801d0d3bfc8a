"""Each delivery against those before it: what its columns, its rows and its dates do that they never did.

Deliveries of one run are judged in order; one that is stopped is no measure for the next
unless somebody has let it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from include.quality import measures
from include.quality.engine import Check
from include.quality.limits import Limits
from include.quality.profile import Profile

SENTENCES = {
    "schema": "過去の納品で値のあった列に値がある",
    "drift": "値の分布が過去の納品と同じ幅にある",
    "volume": "行数が過去の納品と同じ桁にある",
    "unknown": "過去の納品と比べて判定できる",
}
STOPS = ("schema", "drift")
COLUMNS = ("suite", "entity", "delivery_id", "source_file", "observed")
NAMED_COLUMNS = 4


@dataclass(frozen=True)
class Verdict:
    """One line of evidence: a delivery and an entity in one suite (schema, drift, volume, unknown)."""

    suite: str
    entity: str
    delivery_id: str
    file_name: str
    observed: str

    def row(self) -> tuple:
        return (self.suite, self.entity, self.delivery_id, self.file_name, self.observed)


class _Table:
    """The profiles of one entity in one delivery."""

    def __init__(self, profiles: Sequence[Profile]):
        self.columns = {p.column: p for p in profiles}
        self.first = profiles[0]
        self.key = (self.first.entity, self.first.mode)


def judge(now: Sequence[Profile], before: Sequence[Profile], limits: Limits, accepted: Iterable[str] = ()) -> list[Verdict]:
    """Verdicts on the deliveries of `now`, in order of business date. `accepted`: deliveries somebody let in; they measure the next."""
    known: dict[tuple, list[_Table]] = {}
    for table in _tables(before):
        known.setdefault(table.key, []).append(table)
    verdicts: list[Verdict] = []
    waived = set(accepted)
    for tables in _deliveries(now):
        found = [v for table in tables for v in _verdicts(table, _near(table, known.get(table.key, []), limits), limits)]
        verdicts += found
        if tables[0].first.delivery_id in waived or not any(v.suite in STOPS for v in found):
            for table in tables:
                known.setdefault(table.key, []).append(table)
    return verdicts


def checks(entities: Sequence[str]) -> list[Check]:
    """One check a suite and entity over the table `finding` of the scratch database."""
    return [
        Check(
            f"{entity}_{suite}_history", entity, sentence,
            "select delivery_id, source_file, null as source_row, observed from finding"
            " cross join (select count(*) from {batch})"
            f" where suite = '{suite}' and entity = '{entity}' order by all",
            is_stop=suite in STOPS, is_unknown=suite == "unknown", suite="drift" if suite == "unknown" else suite,
        )
        for entity in entities
        for suite, sentence in SENTENCES.items()
    ]  # fmt: skip


def _tables(profiles: Sequence[Profile]) -> list[_Table]:
    grouped: dict[tuple, list[Profile]] = {}
    for p in profiles:
        if p.entity:
            grouped.setdefault((p.delivery_id, p.entity), []).append(p)
    return [_Table(group) for group in grouped.values()]


def _deliveries(profiles: Sequence[Profile]) -> list[list[_Table]]:
    grouped: dict[tuple, list[_Table]] = {}
    for table in _tables(profiles):
        first = table.first
        grouped.setdefault((first.business_date, first.file_name, first.delivery_id), []).append(table)
    return [grouped[key] for key in sorted(grouped)]


def _near(table: _Table, known: Sequence[_Table], limits: Limits) -> list[_Table]:
    """The earlier deliveries nearest in time."""
    day = table.first.business_date
    nearest = sorted(known, key=lambda t: (abs((t.first.business_date - day).days), t.first.delivery_id))
    return nearest[: limits.number("window_deliveries")]


def _verdicts(table: _Table, near: Sequence[_Table], limits: Limits) -> list[Verdict]:
    before = {name: [t.columns[name] for t in near if name in t.columns] for name in table.columns}
    found = [f for name, p in table.columns.items() for f in measures.column_findings(p, before[name], limits)]
    found += measures.swaps(table.columns, before, limits)
    moved = measures.rows_moved(table.first.rows, [t.first.rows for t in near], limits)
    said = [
        (suite, "、".join(texts[:NAMED_COLUMNS]) + (f" ほか {len(texts) - NAMED_COLUMNS} 件" if len(texts) > NAMED_COLUMNS else ""))
        for suite in STOPS
        if (texts := [f"{f.column}: {f.text}" for f in found if f.suite == suite])
    ]  # fmt: skip
    said += [("volume", moved)] if moved else []
    unknown = _unknown(table, near, before, limits)
    said += [("unknown", unknown)] if unknown else []
    first = table.first
    return [Verdict(suite, first.entity, first.delivery_id, first.file_name, text) for suite, text in said]


def _unknown(table: _Table, near: Sequence[_Table], before: dict[str, list[Profile]], limits: Limits) -> str | None:
    if not near:
        return "判定不能: 過去の納品がありません"
    thin = [name for name, p in table.columns.items() if not measures.is_judged(p, before[name], limits)]
    if not thin:
        return None
    names = "、".join(thin[:NAMED_COLUMNS]) + (f" ほか {len(thin) - NAMED_COLUMNS} 列" if len(thin) > NAMED_COLUMNS else "")
    return f"判定不能: 値が {limits.number('min_rows')} 件に満たない列 {names}"
