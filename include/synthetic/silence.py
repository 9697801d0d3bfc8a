"""Profile `silence`: purchase histories in the canonical format whose natural return breaks off at a planted day."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from include.settings import Settings
from include.synthetic import plan
from include.synthetic.columns import stream


def write(settings: Settings, as_of: date, seed: int) -> dict[str, int]:
    """Write orders, lines, products and calls into landing/generic and the planted days into truth/silence.json.

    Returns rows by file name. Every row is known from its own day on, so any past date can be replayed.
    """
    rng = stream(seed, 0, "silence")
    categories = list(plan.SILENCE_DAYS)
    orders, calls = [], []
    for person in range(plan.SILENCE_PERSONS):
        category = categories[person % len(categories)]
        bought, called = _history(rng, plan.SILENCE_DAYS[category], as_of)
        orders += [(f"S{person:05d}-{place:03d}", f"S{person:05d}", day, category) for place, day in enumerate(bought)]
        calls += [(f"S{person:05d}-{place:03d}", f"S{person:05d}", day) for place, day in enumerate(called)]
    folder, stamp = settings.landing / "generic", f"{as_of:%Y%m%d}"
    rows = {
        f"products_{stamp}.csv": _table(
            folder / f"products_{stamp}.csv", ("product_id", "name", "category_l1", "known_at"),
            ((f"P{place}", name, name, "2000-01-01 00:00:00") for place, name in enumerate(categories)),
        ),
        f"orders_{stamp}.csv": _table(
            folder / f"orders_{stamp}.csv",
            ("order_id", "party_id", "ordered_at", "status", "order_type", "net_amount", "currency_code", "known_at"),
            ((key, who, f"{day} 12:00:00", "paid", "single", 3000, "JPY", f"{day} 23:59:59") for key, who, day, _ in orders),
        ),
        f"order_lines_{stamp}.csv": _table(
            folder / f"order_lines_{stamp}.csv",
            ("order_id", "line_no", "line_type", "product_id", "qty", "unit_price", "net_amount", "known_at"),
            (
                (key, 1, "goods", f"P{categories.index(category)}", 1, 3000, 3000, f"{day} 23:59:59")
                for key, _, day, category in orders
            ),
        ),
        f"calls_{stamp}.csv": _table(
            folder / f"calls_{stamp}.csv",
            ("call_id", "direction", "party_id", "started_at", "disposition_code", "known_at"),
            ((key, "outbound", who, f"{day} 11:00:00", "PROSPECT", f"{day} 23:59:59") for key, who, day in calls),
        ),
    }  # fmt: skip
    settings.truth.mkdir(parents=True, exist_ok=True)
    (settings.truth / "silence.json").write_text(
        json.dumps({"planted_days": plan.SILENCE_DAYS}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return rows


def _history(rng: np.random.Generator, planted: int, as_of: date) -> tuple[list[date], list[date]]:
    """Days of purchase and of our calls of one person."""
    start = as_of - timedelta(days=365 * plan.SILENCE_YEARS)
    day, bought, called = start + timedelta(days=int(rng.integers(0, 365))), [], []
    while day <= as_of:
        bought.append(day)
        day, call = _next(rng, planted, day)
        if call is not None and call <= as_of:
            called.append(call)
    return bought, called


def _next(rng: np.random.Generator, planted: int, day: date) -> tuple[date, date | None]:
    """The next purchase, far away for who never comes back, and the call that brought it about."""
    silent = int(rng.geometric(plan.SILENCE_RETURN / planted))
    has_stopped = rng.random() < plan.SILENCE_STOP
    if silent <= planted and not has_stopped:
        return day + timedelta(days=silent), None
    late = planted + int(min(rng.geometric(plan.SILENCE_LATE), 10_000))
    if rng.random() >= plan.SILENCE_CALLED:
        return day + timedelta(days=late), None
    call = day + timedelta(days=planted + int(rng.integers(1, 60)))
    if rng.random() < plan.SILENCE_ANSWER:
        return call + timedelta(days=int(rng.integers(0, 11))), call
    return day + timedelta(days=max(late, planted + 400)), call


def _table(path: Path, header: Sequence[str], rows: Iterator[Sequence]) -> int:
    """Write a CSV with its .done beside it; returns the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    path.with_name(path.name + ".done").touch()
    return count
