"""The package `lifetimes` on the same purchases; runs in its own environment and imports nothing of the project."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data

HORIZON_WEEKS = 365 / 7
THOUSAND = 1000


def main(home: Path, as_of: date, days: int) -> dict:
    """Seconds of summary, fit and score, peak memory, and the mean P(alive) of one-time buyers."""
    began, cpu_began = time.monotonic(), time.process_time()
    start = np.datetime64(as_of) - days
    purchases = pd.DataFrame({
        "person_id": np.load(home / "person_id.npy"),
        "ordered_on": start + np.load(home / "day_no.npy").astype("timedelta64[D]"),
        "net_amount": np.load(home / "net_amount.npy"),
    })  # fmt: skip
    found = summary_data_from_transaction_data(
        purchases, "person_id", "ordered_on", monetary_value_col="net_amount", freq="D", freq_multiplier=7,
        observation_period_end=pd.Timestamp(as_of) - pd.Timedelta(days=1),
    )  # fmt: skip
    summarised = time.monotonic()
    x, t_x, age = found["frequency"], found["recency"], found["T"]
    purchase = BetaGeoFitter().fit(x, t_x, age)
    again = found[x > 0]
    # in thousands: on amounts of yen its search does not converge
    spend = GammaGammaFitter().fit(again["frequency"], again["monetary_value"] / THOUSAND)
    fitted = time.monotonic()
    alive = purchase.conditional_probability_alive(x, t_x, age)
    orders = purchase.conditional_expected_number_of_purchases_up_to_time(HORIZON_WEEKS, x, t_x, age)
    value = orders * spend.conditional_expected_average_profit(x, found["monetary_value"] / THOUSAND) * THOUSAND
    ended = time.monotonic()
    return {
        "seconds": ended - began, "cpu_seconds": time.process_time() - cpu_began, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "once_alive": float(np.mean(np.asarray(alive)[(x == 0).to_numpy()])), "mean_value": float(value.mean()),
        "parts": {"summary": summarised - began, "fit": fitted - summarised, "score": ended - fitted},
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]), int(sys.argv[3]))))
