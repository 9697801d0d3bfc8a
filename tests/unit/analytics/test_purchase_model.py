"""Published parameters and predictions on the CDNOW sample; exact where the textbook formula loses its digits."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

from include.analytics import purchase_model, spend_model
from include.analytics.purchase_model import PurchaseModel
from tests.unit.analytics import cdnow

PUBLISHED = PurchaseModel(0.243, 4.414, 0.793, 2.426, is_modified=False)
MODIFIED = PurchaseModel(0.5, 6.0, 0.8, 2.5, is_modified=True)
PARAMETERS = st.builds(
    PurchaseModel, st.floats(0.05, 20), st.floats(0.5, 200), st.floats(0.05, 20), st.floats(0.05, 20), st.booleans()
)


@pytest.fixture(scope="module")
def customers():
    from tests.conftest import REAL_DATA

    return cdnow.load(REAL_DATA)


def ones(customers):
    return np.ones_like(customers.x)


@pytest.mark.real_data
def test_cdnow_gives_the_published_bg_nbd_parameters(customers):
    assert len(customers.x) == 2357
    model = purchase_model.fit(customers.x, customers.t_x, customers.T, ones(customers), is_modified=False)
    assert [round(value, 3) for value in model.names.values()] == [0.243, 4.414, 0.793, 2.426]
    found = purchase_model.log_likelihood(model, customers.x, customers.t_x, customers.T, ones(customers))
    assert round(found, 1) == -9582.4


@pytest.mark.real_data
def test_cdnow_gives_the_published_gamma_gamma_parameters(customers):
    repeats = customers.x > 0
    assert repeats.sum() == 946
    model = spend_model.fit(customers.x[repeats], customers.mean[repeats], np.ones(946))
    assert [round(value, 2) for value in model.names.values()] == [6.25, 3.74, 15.44]


def test_expected_purchases_of_the_published_customer():
    assert round(float(purchase_model.expected_purchases(PUBLISHED, 2, 30.43, 38.86, 39)), 3) == 1.226


@pytest.mark.real_data
@pytest.mark.parametrize("is_modified", [False, True])
def test_predicted_and_actual_purchases_of_weeks_40_to_78_correlate(customers, is_modified):
    assert customers.later.sum() == 1882
    model = purchase_model.fit(customers.x, customers.t_x, customers.T, ones(customers), is_modified)
    predicted = purchase_model.expected_purchases(model, customers.x, customers.t_x, customers.T, 39)
    assert np.corrcoef(predicted, customers.later)[0, 1] >= 0.6255


@pytest.mark.real_data
def test_no_one_time_buyer_is_certainly_alive(customers):
    model = purchase_model.fit(customers.x, customers.t_x, customers.T, ones(customers))
    once = customers.x == 0
    alive = purchase_model.p_alive(model, customers.x, customers.t_x, customers.T)[once]
    assert len(alive) == 1411
    assert alive.max() < 0.95


def test_bg_nbd_calls_every_one_time_buyer_alive_and_the_modification_does_not():
    assert purchase_model.p_alive(PUBLISHED, 0, 0, 500) == 1
    assert purchase_model.p_alive(MODIFIED, 0, 0, 500) < 0.5


def test_counts_stand_for_customers():
    x, t_x, T = np.array([0, 0, 1, 3, 5]), np.array([0, 0, 4, 20, 30]), np.array([30, 20, 30, 30, 31])
    grouped = purchase_model.fit(x, t_x, T, np.array([60, 20, 10, 20, 10]))
    repeated = purchase_model.fit(*(np.repeat(column, [6, 2, 1, 2, 1]) for column in (x, t_x, T)), np.full(12, 10))
    assert list(grouped.names.values()) == pytest.approx(list(repeated.names.values()), rel=1e-4)


@settings(max_examples=60, deadline=None)
@given(PARAMETERS, st.integers(0, 300), st.floats(0, 1), st.floats(1, 520), st.floats(1, 104))
def test_expected_purchases_equal_the_integral_they_stand_for(model, x, share, T, horizon):
    t_x = share * T if x else 0.0
    if not x and not model.is_modified:
        x, t_x = 1, share * T
    tosses = x + 1 if model.is_modified else x

    def orders(p):
        return -np.expm1(-(model.r + x) * np.log1p(p * horizon / (model.alpha + T))) / p

    chance = beta(model.a, model.b + tosses)
    # in quantiles of the chance to stop, so that the integral has no pole
    wanted = quad(lambda u: orders(max(chance.ppf(u), 1e-300)), 0, 1, limit=200, epsabs=0, epsrel=1e-7)[0]
    found = purchase_model.expected_purchases(model, x, t_x, T, horizon)
    alive = purchase_model.p_alive(model, x, t_x, T)
    assert found == pytest.approx(wanted * alive, rel=2e-4, abs=1e-12)


@settings(deadline=None)
@given(PARAMETERS, st.integers(0, 400), st.integers(0, 3000), st.lists(st.integers(0, 6000), min_size=2, unique=True))
def test_the_chance_of_return_falls_strictly_with_every_day_of_silence(model, x, active_days, elapsed):
    t_x = active_days / 7 if x else 0.0
    T = t_x + np.sort(elapsed) / 7
    odds = purchase_model.log_return_odds(model, x, t_x, T, 90 / 7)
    assert np.isfinite(odds).all()
    assert (np.diff(odds) < 0).all()


def test_a_fit_needs_repeat_purchases_and_possible_times():
    for x, t_x in (([0], [0.0]), ([1], [40.0]), ([-1], [0.0]), ([], [])):
        with pytest.raises(ValueError):
            purchase_model.fit(np.array(x), np.array(t_x), np.full(len(x), 30.0), np.ones(len(x)))


def test_a_hundred_thousand_groups_are_fitted_in_seconds_and_give_the_planted_parameters():
    rng = np.random.default_rng(5)
    size = 100_000
    T = rng.uniform(50, 150, size)
    rate, stop = rng.gamma(0.8, 1 / 10, size), rng.beta(0.9, 3.0, size)
    x, t_x, now, alive = np.zeros(size), np.zeros(size), np.zeros(size), rng.random(size) > stop
    while alive.any():
        now = now + rng.exponential(1 / rate)
        bought = alive & (now <= T)
        x[bought] += 1
        t_x[bought] = now[bought]
        alive = bought & (rng.random(size) > stop)
    started = time.monotonic()
    model = purchase_model.fit(x, t_x, T, np.ones(size))
    assert time.monotonic() - started < 20
    assert list(model.names.values()) == pytest.approx([0.8, 10, 0.9, 3.0], rel=0.1)


def test_the_mean_of_few_purchases_is_pulled_towards_the_mean_of_all():
    model = spend_model.SpendModel(6.25, 3.74, 15.44)
    none, few, many = spend_model.expected_amount(model, np.array([0, 1, 1000]), np.array([np.nan, 100.0, 100.0]))
    assert none == pytest.approx(model.mean)
    assert model.mean < few < many < 100
    assert many == pytest.approx(100, rel=1e-3)


def test_spend_needs_positive_amounts():
    with pytest.raises(ValueError):
        spend_model.fit(np.array([1, 2]), np.array([10.0, 0.0]), np.array([1, 1]))


@pytest.mark.real_data
def test_donors_come_back_less_the_longer_they_stayed_away_and_the_model_says_so(real_data):
    lines = (real_data / "blood_transfusion" / "transfusion.data").read_text().splitlines()[1:]
    away, times, _, months, came = np.array([[float(cell) for cell in line.split(",")] for line in lines]).T
    assert (len(lines), came.sum()) == (748, 178)
    weeks = 365.25 / 12 / 7
    x, t_x, T = times - 1, np.where(times > 1, months - away, 0) * weeks, months * weeks
    model = purchase_model.fit(x, t_x, T, np.ones(748))
    odds = purchase_model.log_return_odds(model, x, t_x, T, weeks)
    chance = 1 / (1 + np.exp(-odds))
    bands = [(away >= low) & (away <= high) for low, high in ((0, 3), (7, 12), (13, 24))]
    assert [round(100 * came[band].mean(), 1) for band in bands] == [37.5, 15.0, 8.6]
    predicted = [chance[band].mean() for band in bands]
    assert predicted[0] > predicted[1] > predicted[2]
    # who came back had been given the higher chance
    pairs = np.subtract.outer(chance[came == 1], chance[came == 0])
    assert (pairs > 0).mean() + (pairs == 0).mean() / 2 > 0.65
