"""When do customers come back by themselves? Survival and hazard of a waiting time from grouped, right-censored durations.

Input everywhere: one row per distinct duration (whole days, any order): how many waits ended there with an order (`events`) and
how many were still going on when last seen (`censored`). Who is censored at a duration was at risk on that day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Durations:
    """Waits grouped by length: `days` ascending and unique, `events` and `censored` counts of the same shape (n,)."""

    days: np.ndarray
    events: np.ndarray
    censored: np.ndarray

    @property
    def at_risk(self) -> np.ndarray:
        """Waits that lasted at least so long, shape (n,)."""
        left = self.events + self.censored
        return left[::-1].cumsum()[::-1]


@dataclass(frozen=True)
class Survival:
    """Share still waiting after `days`, with bounds; all arrays have shape (n,). Day 0 has survival 1 and is not listed."""

    days: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Intervals:
    """Chance of an order inside [start, end) for who has waited until `start`; NaN where nobody was seen. Shapes (k,)."""

    start: np.ndarray
    end: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    hazard: np.ndarray
    low: np.ndarray
    high: np.ndarray


def grouped(days: np.ndarray, events: np.ndarray, censored: np.ndarray) -> Durations:
    """Add up counts of equal durations and sort them. Durations below 0, NaN or negative counts raise ValueError."""
    days, events, censored = (np.asarray(column, dtype=float) for column in (days, events, censored))
    if not days.shape == events.shape == censored.shape or days.ndim != 1:
        raise ValueError("days, events and censored must be columns of equal length")
    if not all(np.isfinite(column).all() and (column >= 0).all() for column in (days, events, censored)):
        raise ValueError("durations and counts must be finite and not negative")
    unique, place = np.unique(days, return_inverse=True)
    size = len(unique)
    return Durations(unique, np.bincount(place, events, size), np.bincount(place, censored, size))


def kaplan_meier(waits: Durations, z: float) -> Survival:
    """Product-limit estimate (Kaplan & Meier 1958) with Greenwood's variance and log-log bounds (as R's `survfit`).

    z: normal quantile of the wanted confidence (1.959964 for 95 %). Where the curve is 1 or 0 the bounds are the curve itself.
    """
    at_risk = waits.at_risk
    survival = np.cumprod(1 - _share(waits.events, at_risk))
    low, high = _log_log_bounds(survival, np.cumsum(_greenwood(waits.events, at_risk)), z)
    return Survival(waits.days, at_risk, waits.events, survival, low, high)


def survival_at(curve: Survival, days: np.ndarray) -> np.ndarray:
    """Survival just after `days` (any shape); NaN beyond the longest wait seen, where the estimate is not defined."""
    days = np.asarray(days, dtype=float)
    place = np.searchsorted(curve.days, days, side="right")
    found = np.concatenate([[1.0], curve.survival])[place]
    known = curve.days[-1] if len(curve.days) else -1
    return np.where((days > known) & (found > 0), np.nan, found)


def interval_hazard(waits: Durations, edges: np.ndarray, z: float) -> Intervals:
    """Chance of an order inside each interval [edges[i], edges[i+1]), given that there was none before.

    edges: k + 1 ascending days. Censoring inside an interval is allowed for (product limit), bounds as in `kaplan_meier`.
    """
    edges = np.asarray(edges, dtype=float)
    return _conditional(waits, edges[:-1], edges[1:], z)


def return_within(waits: Durations, elapsed: np.ndarray, window_days: float, z: float) -> Intervals:
    """Chance of an order within `window_days` after `elapsed` days of silence, by days elapsed: (elapsed, elapsed + window].

    The natural-return curve of the threshold finder. NaN where nobody has been seen that long or so far ahead.
    """
    elapsed = np.asarray(elapsed, dtype=float)
    # durations are whole days: after `elapsed` begins with the next day
    return _conditional(waits, elapsed + 1, elapsed + window_days + 1, z)


def shrunk_hazard(events: np.ndarray, at_risk: np.ndarray, prior: np.ndarray, weight: float) -> np.ndarray:
    """Hazards of a small group pulled towards those of all: (events + weight × prior) ÷ (at_risk + weight), same shapes."""
    return (np.asarray(events) + weight * np.asarray(prior)) / (np.asarray(at_risk) + weight)


def _conditional(waits: Durations, start: np.ndarray, end: np.ndarray, z: float) -> Intervals:
    """Events with start <= days < end among those at risk at start."""
    at_risk, days = waits.at_risk, waits.days
    first, last = np.searchsorted(days, start), np.searchsorted(days, end)
    share = _share(waits.events, at_risk)
    # everybody gone at one day makes the logarithm infinite from there on
    with np.errstate(divide="ignore"):
        logs = np.concatenate([[0.0], np.cumsum(np.log1p(-share))])
    variance = np.concatenate([[0.0], np.cumsum(_greenwood(waits.events, at_risk))])
    counts = np.concatenate([[0.0], np.cumsum(waits.events)])
    exposed = np.concatenate([at_risk, [0.0]])[first]
    with np.errstate(invalid="ignore"):
        survival = np.exp(logs[last] - logs[first])
        spread = variance[last] - variance[first]
    low, high = _log_log_bounds(survival, spread, z)
    # beyond the longest wait seen nothing is known, unless all have come back before
    longest = days[-1] if len(days) else -1.0
    unknown = (exposed == 0) | ((end - 1 > longest) & (survival > 0))
    hazard, low, high = (np.where(unknown, np.nan, 1 - bound) for bound in (survival, high, low))
    return Intervals(start, end, exposed, counts[last] - counts[first], hazard, low, high)


def _share(events: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    return np.divide(events, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)


def _greenwood(events: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    left = at_risk * (at_risk - events)
    return np.divide(events, left, out=np.zeros_like(left), where=left > 0)


def _log_log_bounds(survival: np.ndarray, variance: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    inside = (survival > 0) & (survival < 1)
    safe = np.where(inside, survival, 0.5)
    spread = z * np.sqrt(variance) / np.abs(np.log(safe))
    low, high = (np.where(inside, safe ** np.exp(sign * spread), survival) for sign in (1, -1))
    return low, high
