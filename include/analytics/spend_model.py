"""What is a purchase of somebody worth? Gamma-Gamma model of spend (Colombo & Jiang 1999; Fader & Hardie 2013).

The amounts of a customer vary as Gamma(p, ν) around a mean of his own; ν varies between customers as Gamma(q, v). So the mean of
few purchases is pulled towards the mean of all. Customers are groups: n purchases of mean amount m, and a count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

# logarithms of p, q - 1 and v; q stays above 1, where the mean of all exists
LOG_BOUNDS = ((-5.0, 8.0), (-5.0, 6.0), (-12.0, 12.0))


@dataclass(frozen=True)
class SpendModel:
    """Shape p of a customer's amounts, shape q and scale v (an amount) of the customers."""

    p: float
    q: float
    v: float

    @property
    def names(self) -> dict[str, float]:
        """The three parameters by name."""
        return {"p": self.p, "q": self.q, "v": self.v}

    @property
    def mean(self) -> float:
        """Mean amount of a customer of whom nothing is known."""
        return self.p * self.v / (self.q - 1)


def fit(n: np.ndarray, mean: np.ndarray, counts: np.ndarray) -> SpendModel:
    """Maximum likelihood over groups: n >= 1 purchases, their mean amount > 0, customers in the group; each of shape (k,).

    Raises ValueError for empty input, n < 1 or a mean that is not positive.
    """
    n, mean, counts = (np.asarray(column, dtype=float) for column in (n, mean, counts))
    if not len(n) or (n < 1).any() or not (mean > 0).all():
        raise ValueError("groups need n >= 1 and a positive mean")
    unit = float(np.average(mean, weights=counts))
    groups, total = _Groups(n, mean / unit, counts), counts.sum()
    found = minimize(
        lambda logs: tuple(-part / total for part in groups.likelihood(logs)),
        np.log([2.0, 2.0, 1.0]), jac=True, method="L-BFGS-B", bounds=LOG_BOUNDS,
        options={"maxiter": 1000, "ftol": 1e-15, "gtol": 1e-9},
    )  # fmt: skip
    p, q, v = np.exp(found.x) + [0, 1, 0]
    return SpendModel(float(p), float(q), float(v * unit))


def expected_amount(model: SpendModel, n: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Mean amount to expect of a customer with n purchases of this mean (0 and anything: the mean of all)."""
    n = np.asarray(n, dtype=float)
    known = model.p * n
    return (known * np.where(n > 0, mean, 0) + (model.q - 1) * model.mean) / (known + model.q - 1)


class _Groups:
    """Likelihood and its gradient; what depends on n alone is computed once per distinct n."""

    def __init__(self, n: np.ndarray, mean: np.ndarray, counts: np.ndarray):
        self.n, self.counts, self.spent = n, counts, n * mean
        self.values, place = np.unique(n, return_inverse=True)
        self.per_n = np.bincount(place, counts, len(self.values))
        self.log_spent = np.log(self.spent)
        # constant parts of the sums over groups
        self.weighted_log_spent = (counts * n) @ self.log_spent
        self.log_means = counts @ np.log(mean)

    def likelihood(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        """Value and gradient at the logarithms of (p, q - 1, v)."""
        p, q, v = np.exp(logs) + [0, 1, 0]
        shape, total = p * self.values, self.per_n.sum()
        log_all = np.log(self.spent + v)
        weighted_all, weighted_n = self.counts @ log_all, (self.counts * self.n) @ log_all
        value = (
            self.per_n @ (gammaln(shape + q) - gammaln(shape)) + total * (q * np.log(v) - gammaln(q))
            + p * self.weighted_log_spent - self.log_means - p * weighted_n - q * weighted_all
        )  # fmt: skip
        both = digamma(shape + q)
        by_p = self.per_n @ (self.values * (both - digamma(shape))) + self.weighted_log_spent - weighted_n
        by_q = self.per_n @ both + total * (np.log(v) - digamma(q)) - weighted_all
        by_v = total * q / v - (self.counts * (p * self.n + q)) @ (1 / (self.spent + v))
        return float(value), np.array([by_p * p, by_q * (q - 1), by_v * v])
