"""Are predicted chances true? A strictly rising correction learned on a past window, and the table of tenths that shows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

# the slope stays positive, so that a correction never changes who comes before whom
SLOPE_BOUNDS = (0.05, 5.0)
SHIFT_BOUNDS = (-5.0, 5.0)


@dataclass(frozen=True)
class Correction:
    """Corrected log-odds = shift + slope × log-odds (Platt 1999)."""

    shift: float = 0.0
    slope: float = 1.0

    def apply(self, log_odds: np.ndarray) -> np.ndarray:
        """Corrected chances, strictly between 0 and 1."""
        return expit(self.shift + self.slope * np.asarray(log_odds, dtype=float))


def fit(log_odds: np.ndarray, returned: np.ndarray, counts: np.ndarray, weight: float) -> Correction:
    """Correction of groups of `counts` parties of whom `returned` came back, each of shape (n,).

    `weight` pseudo-parties say that no correction is needed: with few parties little is corrected.
    """
    log_odds, returned, counts = (np.asarray(column, dtype=float) for column in (log_odds, returned, counts))
    if not counts.sum():
        return Correction()
    # the pseudo-parties are spread like the real ones and come back as often as predicted
    pseudo = weight * counts / counts.sum()
    yes, all_ = returned + pseudo * expit(log_odds), counts + pseudo

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        corrected = parameters[0] + parameters[1] * log_odds
        value = all_ @ np.logaddexp(0, corrected) - yes @ corrected
        slope = all_ * expit(corrected) - yes
        return value / all_.sum(), np.array([slope.sum(), slope @ log_odds]) / all_.sum()

    found = minimize(loss, [0.0, 1.0], jac=True, method="L-BFGS-B", bounds=(SHIFT_BOUNDS, SLOPE_BOUNDS))
    return Correction(*(float(value) for value in found.x))


@dataclass(frozen=True)
class Bins:
    """Parties in bins of rising prediction: how many, mean prediction, how many came back; arrays of shape (k,)."""

    counts: np.ndarray
    predicted: np.ndarray
    returned: np.ndarray


def table(chance: np.ndarray, returned: np.ndarray, counts: np.ndarray, bins: int) -> Bins:
    """Parties in `bins` bins of about equal size by prediction; equal predictions share a bin, empty bins are left out."""
    chance, returned, counts = (np.asarray(column, dtype=float) for column in (chance, returned, counts))
    values, place = np.unique(chance, return_inverse=True)
    size, came = np.bincount(place, counts, len(values)), np.bincount(place, returned, len(values))
    # a group lies where its middle lies
    middle = (np.cumsum(size) - size / 2) / size.sum()
    _, bin_of = np.unique(np.minimum((middle * bins).astype(int), bins - 1), return_inverse=True)
    total = np.bincount(bin_of, size)
    return Bins(total, np.bincount(bin_of, size * values) / total, np.bincount(bin_of, came))


def error(found: Bins) -> float:
    """Expected calibration error: mean distance of predicted and actual share over the bins, weighted by parties."""
    return float(np.abs(found.predicted - found.returned / found.counts) @ found.counts / found.counts.sum())
