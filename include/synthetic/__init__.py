"""Seeded CRM exports with planted truth: the same (profile, seed, as_of) gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from include.settings import Settings
from include.synthetic import b2b, b2b_activity, eccube, eccube_orders, marketing, plan, service, silence
from include.synthetic.dirt import Rows, Soil
from include.synthetic.exports import LAYOUTS, Export
from include.synthetic.people import make_people
from include.synthetic.plan import AS_OF, PROFILES, SEED
from include.synthetic.purchases import make_lines, make_purchases
from include.synthetic.truth import make_answers, member_table, person_table

__all__ = ["AS_OF", "PROFILES", "SEED", "Generated", "generate"]


SILENCE = "silence"  # histories with a planted dormancy threshold, in the canonical format


@dataclass(frozen=True)
class Generated:
    """What was written: number of export files, data rows in all and by source."""

    as_of: date
    files: int
    rows: int
    rows_by_source: dict[str, int]


def _blocks(persons: int) -> Iterator[tuple[int, int]]:
    for block, start in enumerate(range(0, persons, plan.BLOCK)):
        yield block, min(plan.BLOCK, persons - start)


def _block(
    seed: int, block: int, size: int, as_of: date
) -> tuple[dict[str, tuple[Rows, Soil | None]], dict[str, pa.Table]]:
    """Everything about one block: rows by source, truth tables by name."""
    people = make_people(seed, block, size, as_of)
    orders, story = make_purchases(seed, block, people, as_of)
    lines = make_lines(seed, block, orders, story)
    answers = make_answers(seed, block, people, story)
    companies = b2b.make_companies(seed, block, size, as_of)
    sources = {
        "eccube_customers": eccube.customer_rows(seed, block, people, orders, story, as_of),
        "eccube_orders": eccube_orders.order_rows(seed, block, people, orders, lines, as_of),
        "contact_centre_inquiries": service.inquiry_rows(seed, block, people, story, as_of),
        **marketing.subscription_rows(seed, block, people, orders, story, as_of),
        "consents": marketing.consent_rows(seed, block, people, story, as_of),
        "campaign_contacts": marketing.send_rows(seed, block, people, story, as_of),
        "call_results": service.call_rows(seed, block, people, story, answers, as_of),
        "life_events": service.life_event_rows(seed, block, people, story, as_of),
        **b2b_activity.company_rows(seed, block, companies),
    }
    if block == 0:
        sources["products"] = (marketing.product_rows(as_of), None)
    truth = {
        "persons": person_table(people, story, answers),
        "members": member_table(people, orders),
        "accounts": b2b.account_table(companies),
    }
    return sources, truth


def _write(seed: int, persons: int, as_of: date, work: Path) -> dict[str, Export]:
    """Write every export and truth table under `work`, block by block."""
    exports = {
        source: Export(work / source / f"{layout.stem}_{as_of:%Y%m%d}.csv", layout)
        for source, layout in LAYOUTS.items()
    }
    for export in exports.values():
        export.path.parent.mkdir(parents=True)
    (work / "truth").mkdir()
    writers: dict[str, pq.ParquetWriter] = {}
    for block, size in _blocks(persons):
        sources, truth = _block(seed, block, size, as_of)
        for source, (rows, soil) in sources.items():
            exports[source].add(rows, soil)
        for name, table in truth.items():
            if name not in writers:
                writers[name] = pq.ParquetWriter(work / "truth" / f"{name}.parquet", table.schema)
            writers[name].write_table(table)
    for writer in writers.values():
        writer.close()
    return exports


def generate(
    settings: Settings, profile: str, as_of: date | None = None, seed: int | None = None
) -> Generated:
    """Write the exports of `profile` into landing and their truth into the truth folder.

    Raises KeyError for an unknown profile. Existing files of the same names are replaced.
    """
    day, seed = as_of or AS_OF, SEED if seed is None else seed
    if profile == SILENCE:
        written = silence.write(settings, day, seed)
        return Generated(day, len(written), sum(written.values()), written)
    persons = PROFILES[profile]
    work = settings.work / "synthetic"
    shutil.rmtree(work, ignore_errors=True)
    exports = _write(seed, persons, day, work)
    files = {}
    for source, export in exports.items():
        digest = export.finish()
        target = settings.landing / source / export.path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(export.path, target)
        done = target.with_name(target.name + ".done")
        done.touch()
        files[str(target.relative_to(settings.data_root))] = digest
        files[str(done.relative_to(settings.data_root))] = hashlib.sha256(b"").hexdigest()
    settings.truth.mkdir(parents=True, exist_ok=True)
    for table in sorted((work / "truth").iterdir()):
        os.replace(table, settings.truth / table.name)
    _save(settings.truth / "dirt.json", {source: _planted(export) for source, export in exports.items()})
    marker = {"profile": profile, "seed": seed, "as_of": day.isoformat(), "files": files}
    _save(settings.data_root / "synthetic.json", marker)
    shutil.rmtree(work)
    rows = {source: export.rows for source, export in exports.items()}
    return Generated(day, len(exports), sum(rows.values()), rows)


def _planted(export: Export) -> list[dict]:
    """Which cells of an export were spoilt: column ('*' = whole rows), rule, how many."""
    return [
        {"column": column, "rule": rule, "cells": cells}
        for (column, rule), cells in sorted(export.planted.items())
    ]


def _save(path: Path, content: dict) -> None:
    path.write_text(
        json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
