"""What publishing would do, without writing anything (`--dry-run`)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from include import warehouse
from include.publish import lists, outbox
from include.publish.exposures import ListSpec, manifest_path, read_specs
from include.settings import Settings


def preview(settings: Settings, as_of: date, manifest: Path | None = None) -> list[str]:
    """One Japanese sentence a channel: rows now, against the last list in the outbox."""
    with warehouse.reader(settings) as connection:
        plans = [
            lists.plan(connection, spec, as_of) for spec in read_specs(manifest or manifest_path(settings))
        ]
    return [_sentence(settings, plan, as_of) for plan in plans]


def _sentence(settings: Settings, plan: lists.Plan, as_of: date) -> str:
    here = outbox.list_directory(settings, plan.spec.channel, as_of, plan.list_id)
    if here.exists():
        delivered = outbox.read(here, plan.spec)
        added, gone = _difference(plan.file.keys, delivered.keys)
        same = (
            "同じ内容です"
            if delivered.data == plan.file.data
            else f"追加 {added:,} 件は翌日、消えた {gone:,} 件は差し止めの候補です"
        )
        return f"{plan.list_id}: 引き渡し済み {len(delivered.keys):,} 件。{same}。"
    before = _last(settings, plan.spec, as_of)
    compared = f"前回 {before[0]} は {before[1]:,} 件" if before else "前回のリストはありません"
    return f"{plan.list_id}: 新しく {plan.file.rows:,} 件を書き出します({compared})。"


def _difference(now: tuple[str, ...], before: tuple[str, ...]) -> tuple[int, int]:
    return len(set(now) - set(before)), len(set(before) - set(now))


def _last(settings: Settings, spec: ListSpec, as_of: date) -> tuple[str, int] | None:
    found = sorted(
        path for path in (settings.outbox / spec.channel).glob("*/*/") if path.parent.name < as_of.isoformat()
    )
    if not found:
        return None
    delivered = outbox.read(found[-1], spec)
    return delivered.manifest["list_id"], len(delivered.keys)
