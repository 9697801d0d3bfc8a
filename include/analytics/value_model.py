"""Everything that was learned about one line of business up to one day, and what it says of groups of parties.

A party is a lead (never bought), bought once, or bought again ("repeat"). Leads and one-time buyers have only their silence to tell
of them: their chance comes from the curve of the waits before them. Of repeat buyers the purchase model speaks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from include.analytics import purchase_model, return_curve
from include.analytics.calibration import Correction
from include.analytics.purchase_model import PurchaseModel
from include.analytics.spend_model import SpendModel

ALL = "ALL"
LEAD, ONCE, REPEAT = "lead", "once", "repeat"
WAIT_OF = {LEAD: "first_order", ONCE: "second_order"}
DAYS_PER_WEEK = 7
# bisection of a wait in whole days
HALVINGS = 12


@dataclass(frozen=True)
class Groups:
    """Parties who share these, shape (n,): repeat purchases (-1: never bought), days until the last one, days observed.

    `category` holds places in `names`.
    """

    repeats: np.ndarray
    active_days: np.ndarray
    age_days: np.ndarray
    category: np.ndarray
    names: tuple[str, ...] = (ALL,)

    def of(self, place: np.ndarray) -> Groups:
        """The groups at `place` (mask or indices)."""
        columns = (self.repeats, self.active_days, self.age_days, self.category)
        return Groups(*(column[place] for column in columns), self.names)

    @property
    def elapsed_days(self) -> np.ndarray:
        return self.age_days - self.active_days

    def places(self) -> dict[str, np.ndarray]:
        """Where leads, one-time and repeat buyers stand."""
        signs = {LEAD: self.repeats < 0, ONCE: self.repeats == 0, REPEAT: self.repeats > 0}
        return {name: np.flatnonzero(mask) for name, mask in signs.items()}


@dataclass
class ValueModel:
    """Learned parameters; `gone_ratio` is the share of repeat buyers counted as gone who come back like one-time buyers."""

    purchase: PurchaseModel
    spend: SpendModel
    curves: dict[tuple[str, str], np.ndarray]
    gone_ratio: float
    corrections: dict[str, Correction] = field(default_factory=dict)

    def curve(self, wait: str, category: str) -> np.ndarray:
        """Weights of the category's curve, else of all categories, else what the purchase model says."""
        for key in ((wait, category), (wait, ALL)):
            if key in self.curves:
                return self.curves[key]
        return return_curve.prior_of(self.purchase)

    def log_odds(self, groups: Groups, window_days: float) -> np.ndarray:
        """Log-odds of an order within `window_days`, before correction; falls strictly with elapsed days."""
        odds, places = np.empty(len(groups.repeats)), groups.places()
        for name, wait in WAIT_OF.items():
            odds[places[name]] = self._curve_odds(wait, groups.of(places[name]), window_days)
        odds[places[REPEAT]] = self._repeat_odds(groups.of(places[REPEAT]), window_days)
        return odds

    def chance(self, groups: Groups, window_days: float) -> np.ndarray:
        """Chance of an order within `window_days`, corrected; strictly between 0 and 1, falling strictly with elapsed days."""
        odds, chance = self.log_odds(groups, window_days), np.empty(len(groups.repeats))
        for name, place in groups.places().items():
            chance[place] = self.corrections.get(name, Correction()).apply(odds[place])
        return chance

    def p_alive(self, groups: Groups) -> np.ndarray:
        """Chance that the purchase model has not lost a buyer for good; NaN for leads."""
        weeks = groups.active_days / DAYS_PER_WEEK, groups.age_days / DAYS_PER_WEEK
        found = purchase_model.p_alive(self.purchase, np.maximum(groups.repeats, 0), *weeks)
        return np.where(groups.repeats < 0, np.nan, found)

    def orders_per_return(self, groups: Groups, horizon_days: float, window_days: float) -> np.ndarray:
        """Orders within `horizon_days` for each chance of an order within `window_days`; 1 for leads (their first order).

        The model says how much somebody buys who is still there, the corrected chance how likely that is.
        """
        # both depend on repeats and age only: once for each pair
        span = groups.age_days.max(initial=0) + 1
        pairs, back = np.unique(np.maximum(groups.repeats, 0) * span + groups.age_days, return_inverse=True)
        x, T = pairs // span, pairs % span / DAYS_PER_WEEK
        orders = purchase_model.expected_while_alive(self.purchase, x, T, horizon_days / DAYS_PER_WEEK)[back]
        chance = purchase_model.return_while_alive(self.purchase, x, T, window_days / DAYS_PER_WEEK)[back]
        return np.where(groups.repeats < 0, 1.0, orders / chance)

    def next_order_days(self, groups: Groups, horizon_days: float) -> np.ndarray:
        """Days in which half of those order again who do so within `horizon_days` at all."""
        days, places = np.empty(len(groups.repeats)), groups.places()
        for name, wait in WAIT_OF.items():
            days[places[name]] = _by_category(
                groups.of(places[name]),
                lambda category, elapsed, wait=wait: _half_wait(self.curve(wait, category), elapsed, horizon_days),
            )
        place = places[REPEAT]
        weeks = groups.age_days[place] / DAYS_PER_WEEK, horizon_days / DAYS_PER_WEEK
        days[place] = purchase_model.median_wait(self.purchase, groups.repeats[place], *weeks) * DAYS_PER_WEEK
        return days

    def _curve_odds(self, wait: str, groups: Groups, window_days: float) -> np.ndarray:
        return _by_category(
            groups, lambda c, elapsed: return_curve.log_return_odds(self.curve(wait, c), elapsed, window_days)
        )

    def _repeat_odds(self, groups: Groups, window_days: float) -> np.ndarray:
        """The purchase model, and for a small share the curve, so that no silence makes a return impossible."""
        weeks = groups.active_days / DAYS_PER_WEEK, groups.age_days / DAYS_PER_WEEK, window_days / DAYS_PER_WEEK
        stays = purchase_model.log_return_odds(self.purchase, groups.repeats, *weeks)
        whole = replace(groups, category=np.zeros(len(stays), dtype=int), names=(ALL,))
        gone = self._curve_odds(WAIT_OF[ONCE], whole, window_days)
        chance = np.logaddexp(np.log1p(-self.gone_ratio) + _log_chance(stays), np.log(self.gone_ratio) + _log_chance(gone))
        return chance - np.log(-np.expm1(chance))


def _log_chance(log_odds: np.ndarray) -> np.ndarray:
    return -np.logaddexp(0, -log_odds)


def _by_category(groups: Groups, function) -> np.ndarray:
    """function(category, distinct elapsed days) for every group; each pair is computed once."""
    found = np.empty(len(groups.repeats))
    for code in np.unique(groups.category):
        place = np.flatnonzero(groups.category == code)
        days, back = np.unique(groups.elapsed_days[place], return_inverse=True)
        found[place] = function(groups.names[code], days)[back]
    return found


def _half_wait(weights: np.ndarray, elapsed: np.ndarray, horizon_days: float) -> np.ndarray:
    now = return_curve.survival(weights, elapsed)
    half = (now + return_curve.survival(weights, elapsed + horizon_days)) / 2
    low, high = np.zeros(len(elapsed)), np.full(len(elapsed), float(horizon_days))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_later = return_curve.survival(weights, elapsed + middle) > half
        low, high = np.where(is_later, middle, low), np.where(is_later, high, middle)
    return high
