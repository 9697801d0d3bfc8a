"""Interval of a share (Wilson 1927), the same as the macro `wilson_low` / `wilson_high`."""

from __future__ import annotations

from math import sqrt


def wilson(successes: int, trials: int, z: float) -> tuple[float, float]:
    """(low, high) as shares within [0, 1]; z is the normal quantile (1.959964 for 95 %). Raises ValueError for no trials."""
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    share = successes / trials
    middle = share + z * z / (2 * trials)
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max((middle - spread) / scale, 0.0), min((middle + spread) / scale, 1.0)
