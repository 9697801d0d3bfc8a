"""The rules of B2C buyers, D1 to D6 and SEASONAL: who is in the population, on which day is the rule crossed. §2, §2.0."""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import cached_property
from statistics import median

from tests.oracle import courses as courses_of
from tests.oracle.calendar import first_of_month, last_of_month, latest, month_number, plus
from tests.oracle.known import Known, Order
from tests.oracle.rules import SCALED, Rules


class Buyer:
    """What a buyer's facts up to `day` say. Between two days with facts nothing of this changes."""

    def __init__(self, known: Known, day: date, rules: Rules):
        self.known, self.day, self.rules = known, day, rules
        self.all_orders = [o for o in known.orders if o.on <= day]
        self.orders = [o for o in self.all_orders if not courses_of.is_tail(known, o)]
        self.dates = sorted({o.on for o in self.orders})
        self.courses = courses_of.courses(known, day, rules)

    # -- clocks and rhythm

    @property
    def last(self) -> date:
        return self.dates[-1]

    @cached_property
    def clock(self) -> date:
        """No. 4: at the end of a pause, at a resumption and at a restart every day clock restarts."""
        return latest(self.last, *(day for c in self.courses for day in c.wakings))

    @cached_property
    def gaps(self) -> list[int]:
        """§2: rhythm counts distinct order dates; no. 11: the dormant gap counts too."""
        return [(b - a).days for a, b in zip(self.dates, self.dates[1:])]

    @cached_property
    def g(self) -> float | None:
        """D2: g = (n·median_personal + 3·median_category) / (n + 3), from three gaps on."""
        n = len(self.gaps)
        if n < self.rules.min_gap_count:
            return None
        shrink = self.rules.shrinkage_count
        return (n * median(self.gaps) + shrink * self.rules.category_gap_days) / (n + shrink)

    # -- rules: population and the day crossed

    @cached_property
    def crossings(self) -> dict[str, date]:
        """Rule -> the day crossed, for every rule whose population holds; most specific first."""
        found = {
            "D6": self.d6, "SEASONAL": self.seasonal, "D5": self.d5, "D3": self.d3,
            "D2": self._threshold("D2"), "D4": self._threshold("D4"), "D1": self._threshold("D1"),
        }  # fmt: skip
        return {rule: day for rule, day in found.items() if day is not None}

    @cached_property
    def recrossings(self) -> dict[str, date]:
        """No. 11: the same with the factor after a reactivation; it scales day thresholds only, after the clamp."""
        scaled = {rule: self._threshold(rule, self.rules.redormant_factor) for rule in SCALED}
        return {rule: scaled.get(rule) or day for rule, day in self.crossings.items()}

    def _threshold(self, rule: str, factor: float = 1) -> date | None:
        days = {"D1": self._d1_days, "D2": self._d2_days, "D4": self._d4_days}.get(rule, lambda: None)()
        return None if days is None else plus(self.clock, days * factor)

    def _d1_days(self) -> float:
        return self.rules.fixed_days

    def _d2_days(self) -> float | None:
        if self.g is None:
            return None
        return min(max(self.rules.cycle_factor * self.g, self.rules.clamp_min_days), self.rules.clamp_max_days)

    def _d4_days(self) -> float | None:
        if len(self.dates) != 1:
            return None
        return min(self.rules.f2_days, self.rules.f2_max_days)

    @cached_property
    def d3(self) -> date | None:
        """No. 18: used_up + 1.0 × usage_days, where the main product of the last order has usage_days."""
        return self._after_used_up(self.rules.usage_factor)

    @cached_property
    def d3_at_risk(self) -> date | None:
        return self._after_used_up(self.rules.usage_at_risk_factor)

    def _after_used_up(self, factor: float) -> date | None:
        usage_days = self.known.usage_days.get(main_product(self.orders[-1]))
        if usage_days is None:
            return None
        # used_up = max(used_up before, order date) + usage_days × kept quantity, over orders of products with usage_days
        used_up = None
        for order in self.orders:
            days = sum(self.known.usage_days[p] * kept for p, _, kept in order.lines if p in self.known.usage_days)
            if days > 0:
                used_up = latest(used_up, order.on) + timedelta(days=days)
        # no. 4: at the end of a pause every day clock restarts
        used_up = latest(used_up, self.clock) if self.clock > self.last else used_up
        return None if used_up is None else plus(used_up, factor * usage_days)

    @cached_property
    def d5(self) -> date | None:
        """No. 3: ordered or visited in >= 4 of the 6 months that end with the last month that has an order or visit."""
        if not self.gaps or median(self.gaps) < self.rules.stop_min_gap_days:
            return None
        seen = {month_number(d) for d in [*self.dates, *(v for v in self.known.visits if v <= self.day)]}
        last_month = max(seen)
        window = range(last_month - self.rules.stop_window_months + 1, last_month + 1)
        if sum(month in seen for month in window) < self.rules.stop_active_months:
            return None
        return last_of_month(last_month + self.rules.stop_empty_months)

    @cached_property
    def season(self) -> tuple[int, int] | None:
        """No. 2: (months, first month 1–12) of the window; the shortest wins, then the larger share, then the earlier month."""
        for length in range(1, self.rules.season_max_months + 1):
            found = []
            for first_month in range(1, 13):
                years = [self._window_year(d, first_month, length) for d in self.dates]
                inside = [y for y in years if y is not None]
                share = len(inside) / len(years)
                if round(share, 9) < self.rules.season_share or len(inside) < self.rules.season_min_dates:
                    continue
                if inside[-1] - inside[0] >= self.rules.season_min_years:
                    found.append((-round(share, 9), first_month))
            if found:
                return length, min(found)[1]
        return None

    @staticmethod
    def _window_year(day: date, first_month: int, length: int) -> int | None:
        """The year of the window's first month, if `day` lies in that calendar window."""
        months_in = (day.month - first_month) % 12
        return None if months_in >= length else (month_number(day) - months_in) // 12

    @cached_property
    def seasonal(self) -> date | None:
        """No. 2: the day after the next window, the first that starts after the last order."""
        if self.season is None:
            return None
        length, first_month = self.season
        start = first_of_month(self.last.year * 12 + first_month - 1)
        if start <= self.last:
            start = first_of_month((self.last.year + 1) * 12 + first_month - 1)
        return first_of_month(month_number(start) + length)

    @cached_property
    def d6(self) -> date | None:
        """No. 4: every 定期 cancelled or suspended, a delivery exists, and no other valid order after the last one."""
        deliveries = [d for c in self.courses for d in c.deliveries]
        if not deliveries or any(c.status == "active" for c in self.courses):
            return None
        ids = {c.subscription_id for c in self.courses}
        if any(o.on > max(deliveries) for o in self.orders if o.subscription_id not in ids):
            return None
        return max(courses_of.lapsed_on(c) for c in self.courses)

    # -- what decides

    @cached_property
    def deciding(self) -> str:
        """No. 1: the most specific rule whose population holds, fired or not, alone decides."""
        return next(iter(self.crossings))

    @cached_property
    def blocked_until(self) -> date:
        return latest(date.min, *(courses_of.blocked_until(c, self.rules) for c in self.courses))

    def sleeps_on(self, is_reactivated: bool) -> date:
        """No. 1: the first day on which the deciding rule is crossed and nothing blocks it, if no further fact comes."""
        crossings = self.recrossings if is_reactivated else self.crossings
        return max(crossings[self.deciding], self.blocked_until)

    def crossed(self, day: date, is_reactivated: bool) -> list[str]:
        """No. 1: the rules crossed on `day`, the deciding one first, then by precedence."""
        crossings = self.recrossings if is_reactivated else self.crossings
        return [rule for rule, crossed_on in crossings.items() if crossed_on <= day]

    def long_dormant_after_days(self, rule: str) -> float:
        """No. 13: days since the last valid order beyond which the state is long_dormant."""
        if self.g is None or rule in ("SEASONAL", "D6"):
            return self.rules.long_dormant_days
        return round(min(self.rules.long_dormant_days, self.rules.long_dormant_factor * self._d2_days()), 6)

    # -- at risk

    def risks(self, day: date, is_reactivated: bool) -> list[str]:
        """The guards of at_risk that hold on `day`, as no. 19 lists them."""
        found = []
        open_to_rules = day >= self.blocked_until
        if open_to_rules and self.g is not None and self.deciding != "SEASONAL":
            # §2: at_risk_on = min(2×g, dormant_on − 1 day); no. 10: that bound applies only where g exists
            warned_on = min(
                plus(self.clock, self.rules.at_risk_factor * self.g),
                self.sleeps_on(is_reactivated) - timedelta(days=1),
            )
            if day >= warned_on:
                found.append("D2")
        if open_to_rules and self.d3_at_risk is not None and self.deciding != "SEASONAL" and day >= self.d3_at_risk:
            found.append("D3")
        if any(len(c.skips) >= self.rules.skip_count and c.status != "cancelled" for c in self.courses):
            found.append("D6")
        return found


def main_product(order: Order) -> str | None:
    """The product with the largest net of the order; ties by code."""
    nets: dict[str, float] = {}
    for product, net, _ in order.lines:
        nets[product] = nets.get(product, 0) + net
    return min(nets, key=lambda p: (-nets[p], p)) if nets else None


def amount_fell(orders: list[Order], rules: Rules) -> bool:
    """No. 10: mean net of the last 2 valid orders ÷ median net of all earlier ones <= 0.7, from four orders on."""
    if len(orders) < rules.aov_min_orders:
        return False
    earlier = median([float(o.net) for o in orders[:-2]])
    recent = (float(orders[-1].net) + float(orders[-2].net)) / 2
    return earlier > 0 and not math.isnan(earlier) and round(recent / earlier, 9) <= rules.aov_ratio
