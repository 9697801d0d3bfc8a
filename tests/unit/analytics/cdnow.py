"""The CDNOW sample as the papers use it: weeks since the first purchase, purchases of one day are one occasion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

CALIBRATION_END = np.datetime64("1997-09-30")


@dataclass(frozen=True)
class Customers:
    """One place per customer: repeat purchases, weeks until the last, weeks seen, mean repeat amount, later purchases."""

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    mean: np.ndarray
    later: np.ndarray
    first_days: np.ndarray
    second_days: np.ndarray


def load(real_data: Path, end: np.datetime64 = CALIBRATION_END, days_later: int = 10_000) -> Customers:
    """Customers who bought by `end`, and how many order days each had in the `days_later` days after it."""
    rows = [line.split() for line in (real_data / "cdnow_sample" / "CDNOW_sample.txt").read_text().splitlines()]
    days: dict[tuple[str, np.datetime64], float] = {}
    for customer, _, date, _, amount in rows:
        day = np.datetime64(f"{date[:4]}-{date[4:6]}-{date[6:]}")
        days[customer, day] = days.get((customer, day), 0.0) + float(amount)
    found: dict[str, list[tuple[int, float]]] = {}
    for (customer, day), amount in sorted(days.items()):
        found.setdefault(customer, []).append((int((day - end).astype(int)), amount))
    return _summary([c for c in found.values() if c[0][0] <= 0], days_later)


def _summary(customers: list[list[tuple[int, float]]], days_later: int) -> Customers:
    x, t_x, T, mean, later, first, second = [], [], [], [], [], [], []
    for bought in customers:
        before = [(day, amount) for day, amount in bought if day <= 0]
        repeats = before[1:]
        x.append(len(repeats))
        t_x.append((before[-1][0] - before[0][0]) / 7)
        T.append(-before[0][0] / 7)
        mean.append(sum(amount for _, amount in repeats) / len(repeats) if repeats else 0.0)
        later.append(sum(0 < day <= days_later for day, _ in bought))
        first.append(before[0][0])
        second.append(before[1][0] if repeats else 1)
    return Customers(*(np.array(column, dtype=float) for column in (x, t_x, T, mean, later, first, second)))
