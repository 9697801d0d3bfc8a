"""Dates, in the plainest way."""

from __future__ import annotations

import math
from datetime import date, timedelta


def plus(day: date, days: float) -> date:
    """§2: a threshold that is not a whole number of days is crossed on the first day that reaches it."""
    return day + timedelta(days=math.ceil(round(days, 6)))


def month_number(day: date) -> int:
    """Months since year 0, so that months can be subtracted."""
    return day.year * 12 + day.month - 1


def first_of_month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def last_of_month(number: int) -> date:
    return first_of_month(number + 1) - timedelta(days=1)


def latest(*days: date | None) -> date | None:
    return max((d for d in days if d is not None), default=None)
