"""How likely is the next order after so many days of silence, where only the silence is known (one-time buyers, leads)?

The Kaplan-Meier estimate among those curves whose hazard falls all the time: a mixture of exponential waits over a fixed grid of
rates, with a share that never comes. Its weights are the maximum of the likelihood (EM), pulled towards the weights of a
larger group by pseudo-observations. So it follows the data where there are some, ends in a smooth tail, and the chance of a
return falls strictly with every day, which neither a Kaplan-Meier step nor an isotonic fit gives.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc

from include.analytics.hazard import Durations
from include.analytics.purchase_model import PurchaseModel

# rates per day from a wait of three days to one of ten years; the first component never comes
RATES = np.concatenate([[0.0], np.geomspace(1 / 3650, 1 / 3, 24)])
ROUNDS = 400
ENOUGH = 1e-9


def prior_of(model: PurchaseModel) -> np.ndarray:
    """Weights, shape (25,), of the waits that a modified purchase model (weeks) says of who bought once."""
    never = model.a / (model.a + model.b)
    middles = np.sqrt(RATES[1:-1] * RATES[2:])
    below = gammainc(model.r, np.concatenate([middles, [np.inf]]) * 7 * model.alpha)
    # no component is empty, so that the curve can follow whatever is observed
    return _normalised(np.concatenate([[never], (1 - never) * np.diff(below, prepend=0)]) + ENOUGH)


def fit(waits: Durations, prior: np.ndarray, weight: float) -> np.ndarray:
    """Weights, shape (25,), of the observed waits and of `weight` pseudo-observations spread like `prior`.

    waits: whole days, orders on day 0 count as day 1. With no observation the result is the prior.
    """
    if weight <= 0:
        raise ValueError("the prior needs a weight above 0, or the tail may become a single rate")
    days = np.maximum(waits.days, 1)[:, None]
    ended = np.exp(-RATES * (days - 1)) - np.exp(-RATES * days)
    lasted = np.exp(-RATES * waits.days[:, None])
    likelihood = np.concatenate([ended, lasted])
    counts = np.concatenate([waits.events, waits.censored])
    likelihood, counts = likelihood[counts > 0], counts[counts > 0]
    weights, total = prior, counts.sum() + weight
    for _ in range(ROUNDS):
        share = counts / (likelihood @ weights)
        improved = (weights * (likelihood.T @ share) + weight * prior) / total
        moved, weights = np.abs(improved - weights).max(), improved
        if moved < ENOUGH:
            break
    return _normalised(weights)


def survival(weights: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Share without an order after `days`; weights of shape (25,) or one row per day."""
    return (np.exp(-RATES * np.asarray(days, dtype=float)[..., None]) * weights).sum(axis=-1)


def log_return_odds(weights: np.ndarray, elapsed: np.ndarray, window_days: float) -> np.ndarray:
    """Log-odds of an order within `window_days` after `elapsed` days of silence; strictly falling with `elapsed`.

    weights: shape (25,), or (n, 25) beside elapsed of shape (n,).
    """
    waiting = np.exp(-RATES * np.asarray(elapsed, dtype=float)[..., None]) * weights
    coming = waiting * -np.expm1(-RATES * window_days)
    return np.log(coming.sum(axis=-1)) - np.log((waiting - coming).sum(axis=-1))


def _normalised(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum()
