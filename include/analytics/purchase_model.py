"""How often will somebody buy again? BG/NBD (Fader, Hardie & Lee 2005) and its modification MBG/NBD (Batislam et al. 2007).

A customer buys at a steady rate of his own and may stop for good after a purchase. BG/NBD lets nobody stop before the second
purchase, so that everybody who bought once is alive for ever; MBG/NBD allows it, which is why the pipeline uses it.
Three numbers say all about a customer: x repeat purchases, t_x the time of the last one, T the time observed, all since the first
purchase, in weeks. Customers who share them are one group with a count. Every function takes arrays that broadcast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, hyp2f1

# logarithms of the parameters are searched between these; a and b stay where the series below are exact
LOG_BOUNDS = ((-7.0, 6.0), (-5.0, 9.0), (-7.0, 3.5), (-7.0, 5.0))


@dataclass(frozen=True)
class PurchaseModel:
    """Rates vary as Gamma(r, alpha) per week, the chance to stop after a purchase as Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    is_modified: bool

    @property
    def names(self) -> dict[str, float]:
        """The four parameters by name."""
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}


def fit(x: np.ndarray, t_x: np.ndarray, T: np.ndarray, counts: np.ndarray, is_modified: bool = True) -> PurchaseModel:
    """Maximum likelihood over groups: x, t_x, T and how many customers share them, each of shape (n,).

    Raises ValueError for empty or impossible input (x < 0, t_x > T, nobody bought again).
    """
    x, t_x, T, counts = (np.asarray(column, dtype=float) for column in (x, t_x, T, counts))
    if not len(x) or (x < 0).any() or (t_x < 0).any() or (t_x > T).any() or not (x * counts).any():
        raise ValueError("groups need 0 <= t_x <= T, x >= 0 and at least one repeat purchase")
    # in units of the mean time observed, so that the search starts close whatever the time unit is
    unit = float(np.average(T, weights=counts)) or 1.0
    groups = _Groups(x, t_x / unit, T / unit, counts, is_modified)
    total = counts.sum()
    found = minimize(
        lambda logs: tuple(-part / total for part in groups.likelihood(logs)),
        np.log([0.5, 0.5, 1.0, 2.0]), jac=True, method="L-BFGS-B", bounds=LOG_BOUNDS,
        options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-9},
    )  # fmt: skip
    r, alpha, a, b = np.exp(found.x)
    return PurchaseModel(float(r), float(alpha * unit), float(a), float(b), is_modified)


def log_likelihood(model: PurchaseModel, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, counts: np.ndarray) -> float:
    """Log-likelihood of the groups."""
    columns = (np.asarray(column, dtype=float) for column in (x, t_x, T, counts))
    return _Groups(*columns, model.is_modified).likelihood(np.log([model.r, model.alpha, model.a, model.b]))[0]


def p_alive(model: PurchaseModel, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    """Chance that the customer has not stopped for good; of BG/NBD 1 at x = 0, of MBG/NBD always below 1."""
    return np.exp(-np.logaddexp(0, _log_odds_stopped(model, *_floats(x, t_x, T))))


def log_return_odds(model: PurchaseModel, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, window: float) -> np.ndarray:
    """Log-odds of at least one purchase within `window` weeks after T.

    Alive customers stay alive until they buy, so the chance is p_alive × (1 - ((α+T) ÷ (α+T+window))^(r+x)): it falls strictly
    with T while x and t_x stay. Log-odds keep their digits where the chance itself would vanish.
    """
    x, t_x, T = _floats(x, t_x, T)
    silent = (model.r + x) * np.log1p(window / (model.alpha + T))
    # chance = (1 - e^-silent) ÷ (1 + stopped odds); odds = (1 - e^-silent) ÷ (e^-silent + stopped odds)
    return np.log(-np.expm1(-silent)) - np.logaddexp(-silent, _log_odds_stopped(model, x, t_x, T))


def expected_while_alive(model: PurchaseModel, x: np.ndarray, T: np.ndarray, horizon: float) -> np.ndarray:
    """Purchases expected within `horizon` weeks after T of a customer who has not stopped by T.

    Fader, Hardie & Lee 2005, equation 10, without P(alive). After Euler's transformation of 2F1 the large exponents r + x
    cancel, so that it stays exact for heavy buyers.
    """
    x, T = _floats(x, T)
    b = model.b + 1 if model.is_modified else model.b
    # at a = 1 the formula is 0/0; its limit is as near as the step
    a = model.a if abs(model.a - 1) > 1e-6 else 1 + 1e-6
    z = horizon / (model.alpha + T + horizon)
    series = hyp2f1(a + b - 1 - model.r, a - 1, a + b + x - 1, z)
    return (a + b + x - 1) / (a - 1) * (1 - (1 - z) ** (a - 1) * series)


def expected_purchases(
    model: PurchaseModel, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, horizon: float
) -> np.ndarray:
    """Purchases expected within `horizon` weeks after T."""
    return expected_while_alive(model, x, T, horizon) * p_alive(model, x, t_x, T)


def return_while_alive(model: PurchaseModel, x: np.ndarray, T: np.ndarray, window: float) -> np.ndarray:
    """Chance of a purchase within `window` weeks after T of a customer who has not stopped by T."""
    x, T = _floats(x, T)
    return -np.expm1(-(model.r + x) * np.log1p(window / (model.alpha + T)))


def median_wait(model: PurchaseModel, x: np.ndarray, T: np.ndarray, horizon: float) -> np.ndarray:
    """Weeks until the next purchase that half of those need who buy again within `horizon` weeks after T."""
    half = return_while_alive(model, x, T, horizon) / 2
    return (model.alpha + T) * np.expm1(-np.log1p(-half) / (model.r + x))


def _floats(*columns: np.ndarray) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(column, dtype=float) for column in columns)


def _log_odds_stopped(model: PurchaseModel, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    tossed = x + 1 if model.is_modified else x
    odds = np.log(model.a) - np.log(np.where(tossed > 0, model.b + tossed - 1, 1))
    odds = odds + (model.r + x) * (np.log(model.alpha + T) - np.log(model.alpha + t_x))
    return np.where(tossed > 0, odds, -np.inf)


class _Groups:
    """Likelihood and its gradient; what depends on x alone is computed once per distinct x."""

    def __init__(self, x: np.ndarray, t_x: np.ndarray, T: np.ndarray, counts: np.ndarray, is_modified: bool):
        self.x, self.t_x, self.T, self.counts = x, t_x, T, counts
        self.values, self.place = np.unique(x, return_inverse=True)
        # how often the customer could have stopped: after every purchase, of BG/NBD not after the first
        self.tossed = self.values + 1 if is_modified else self.values
        self.can_stop = self.tossed > 0
        self.per_x = np.bincount(self.place, counts, len(self.values))

    def likelihood(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        """Value and gradient at the logarithms of (r, alpha, a, b)."""
        r, alpha, a, b = np.exp(logs)
        k, rate = self.tossed, r + self.values
        later = np.where(self.can_stop, b + k - 1, 1)
        constant = (
            gammaln(rate) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) + gammaln(b + k) - gammaln(b) - gammaln(a + b + k)
        )
        stop = np.where(self.can_stop, np.log(a) - np.log(later), -np.inf)
        rates = rate[self.place]
        log_T, log_t = np.log(alpha + self.T), np.log(alpha + self.t_x)
        alive, stopped = -rates * log_T, stop[self.place] - rates * log_t
        both = np.logaddexp(alive, stopped)
        value = float(self.per_x @ constant + self.counts @ both)
        p_stop = np.exp(stopped - both)
        weight_stop = self.counts * p_stop
        weight_alive = self.counts - weight_stop
        stopped_per_x = np.bincount(self.place, weight_stop, len(k))
        by_r = self.per_x @ (digamma(rate) - digamma(r) + np.log(alpha)) - weight_alive @ log_T - weight_stop @ log_t
        by_alpha = (
            r / alpha * self.counts.sum()
            - (rates * weight_alive) @ (1 / (alpha + self.T))
            - (rates * weight_stop) @ (1 / (alpha + self.t_x))
        )
        shared = digamma(a + b) - digamma(a + b + k)
        by_a = self.per_x @ shared + stopped_per_x.sum() / a
        by_b = self.per_x @ (shared + digamma(b + k) - digamma(b)) - stopped_per_x @ (1 / later)
        return value, np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])
