"""Survival curves equal a count by hand and published figures, with censoring; bounds hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.analytics import hazard

Z = 1.959963984540054


def waits(days, is_event, weight=1):
    flags = np.asarray(is_event, dtype=float)
    return hazard.grouped(np.asarray(days), flags * weight, (1 - flags) * weight)


def test_survival_equals_the_published_table_of_remission_times():
    # Freireich et al. 1963, 6-MP arm, as in every textbook on Kaplan and Meier
    days = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    ended = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    curve = hazard.kaplan_meier(waits(days, ended), Z)
    found = {int(d): round(s, 4) for d, s, e in zip(curve.days, curve.survival, curve.events, strict=True) if e}
    assert found == {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    # R survfit(conf.type = "log-log") at day 10
    at_10 = list(curve.days).index(10)
    assert (round(curve.low[at_10], 4), round(curve.high[at_10], 4)) == (0.5032, 0.8894)


def test_without_censoring_the_chance_of_an_interval_is_a_plain_share():
    found = hazard.interval_hazard(waits([1, 5, 9, 9, 14, 20], [1] * 6), [0, 10, 20, 30], Z)
    assert found.hazard == pytest.approx([4 / 6, 1 / 2, 1])
    assert list(found.at_risk) == [6, 2, 1]
    assert list(found.events) == [4, 1, 1]


def test_return_within_counts_the_days_after_the_elapsed_ones():
    found = hazard.return_within(waits([10, 11, 20, 21], [1] * 4), [10], 10, Z)
    assert found.hazard == pytest.approx([2 / 3])
    assert list(found.at_risk) == [3]


def test_nothing_is_said_beyond_the_longest_wait_that_was_seen():
    still_waiting = waits([5, 30], [1, 0])
    assert np.isnan(hazard.return_within(still_waiting, [25, 31], 10, Z).hazard).all()
    assert np.isnan(hazard.survival_at(hazard.kaplan_meier(still_waiting, Z), [31])).all()
    assert hazard.survival_at(hazard.kaplan_meier(still_waiting, Z), [4, 5, 30]) == pytest.approx([1, 0.5, 0.5])


def test_bounds_hold_the_true_chance_as_often_as_they_say():
    rng = np.random.default_rng(3)
    truth, held = 1 - np.exp(-30 / 100), 0
    for _ in range(400):
        lasted, seen = np.ceil(rng.exponential(100, 300)), rng.integers(20, 400, 300)
        found = hazard.return_within(waits(np.minimum(lasted, seen), lasted <= seen), [60], 30, Z)
        held += found.low[0] <= truth <= found.high[0]
    assert 0.92 <= held / 400 <= 0.98


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40))
def test_weights_count_like_repeated_rows_and_curves_fall(rows):
    days, flags = zip(*rows, strict=True)
    single, double = (hazard.kaplan_meier(waits(days, flags, weight), Z) for weight in (1, 2))
    assert np.allclose(single.survival, double.survival)
    assert (np.diff(single.survival) <= 0).all()
    assert (single.low <= single.survival).all() and (single.survival <= single.high).all()


def test_few_observations_are_pulled_towards_all():
    assert hazard.shrunk_hazard([0, 50], [0, 100], [0.2, 0.2], 100) == pytest.approx([0.2, 0.35])


def test_unequal_columns_and_negative_durations_are_refused():
    with pytest.raises(ValueError):
        hazard.grouped(np.array([1, 2]), np.array([1]), np.array([0]))
    with pytest.raises(ValueError):
        hazard.grouped(np.array([-1]), np.array([1]), np.array([0]))
