"""The numbers that the reference reading needs: the defaults of the rule book, §2 and §2.0, as one frozen record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Days unless named otherwise; shares and factors have no unit."""

    # D1 (preset b2c_std), D2, D4
    fixed_days: int = 180
    cycle_factor: float = 3
    at_risk_factor: float = 2
    shrinkage_count: int = 3
    min_gap_count: int = 3
    category_gap_days: float = 60
    clamp_min_days: float = 60
    clamp_max_days: float = 730
    f2_days: float = 90
    f2_max_days: float = 240
    # D3, in usage periods of the product
    usage_factor: float = 1.0
    usage_at_risk_factor: float = 0.5
    # D5
    stop_window_months: int = 6
    stop_active_months: int = 4
    stop_empty_months: int = 2
    stop_min_gap_days: float = 20
    # SEASONAL
    season_max_months: int = 3
    season_share: float = 0.7
    season_min_years: int = 2
    season_min_dates: int = 3
    # D6 and an active subscription
    delivery_grace_days: int = 30
    pause_max_days: int = 365
    skip_count: int = 2
    # D7, D8, D9
    deal_days: int = 183
    account_days: int = 365
    onboarding_span_days: int = 30
    onboarding_days: int = 90
    lead_days: int = 180
    # at risk, long dormant, dormant again
    aov_ratio: float = 0.7
    aov_min_orders: int = 4
    long_dormant_days: int = 730
    long_dormant_factor: float = 2
    redormant_factor: float = 1.0


PRECEDENCE = ("D6", "SEASONAL", "D5", "D3", "D2", "D4", "D1", "D7", "D8", "D9")
SUBTYPES = {
    "D4": "one_and_done", "D5": "cadence_break", "D2": "cadence_break", "D3": "cadence_break",
    "D7": "stalled_negotiation", "D1": "forgotten", "D8": "forgotten", "D6": "subscription_lapse",
    "SEASONAL": "season_missed", "D9": "lead_dormant",
}  # fmt: skip
# the factor after a reactivation scales day thresholds, never D3, D5, D6, SEASONAL (no. 11, 18); of a never-buyer there is none
SCALED = ("D1", "D2", "D4", "D7", "D8")
