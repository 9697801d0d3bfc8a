"""From grouped facts to learned rows to scores: true to what comes, strictly falling with silence, never 0 or 1, in any order."""

from __future__ import annotations

import functools
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.analytics import calibration, hazard, purchase_model, return_curve, value_learning, value_score
from include.analytics.value_model import Groups
from tests.unit.analytics import cdnow

MONTHS = (date(2024, 4, 1), date(2024, 7, 1), date(2024, 10, 1))
SETTING = {
    "business_type": "b2c", "window_days": 90, "horizon_days": 365, "min_party_count": 100, "curve_prior_count": 50.0,
    "correction_prior_count": 1000.0, "gone_return_ratio": 0.01, "bin_count": 10, "default_r": 0.525, "default_alpha_weeks": 6.18,
    "default_a": 0.891, "default_b": 1.614, "default_p": 6.25, "default_q": 3.74, "default_v_amount": 2192.0, "policy_version": "v1",
}  # fmt: skip
CUTOFFS = pa.Table.from_pylist([
    {**SETTING, "effective_on": MONTHS[0], "checked_on": None, "is_over": True},
    {**SETTING, "effective_on": MONTHS[1], "checked_on": MONTHS[0], "is_over": True},
    {**SETTING, "effective_on": MONTHS[2], "checked_on": MONTHS[1], "is_over": False},
])  # fmt: skip


def histories(size: int = 20_000, seed: int = 1) -> list[list[int]]:
    """Purchase days before MONTHS[2] and 90 days on (day 0 = 1000 days before): even rhythm of one's own, stop after any."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(size):
        day, days = float(rng.integers(0, 1000)), []
        gap, stop = np.exp(rng.normal(4.1, 0.6)), rng.beta(1, 2.5)
        while day < 1090:
            days.append(int(day))
            if rng.random() < stop:
                break
            day += max(1.0, rng.gamma(3, gap / 3))
        found.append(sorted(set(days)))
    return found


def samples(found: list[list[int]]) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The three grouped samples of all cutoffs; every third party is of category tea."""
    parties, waits, spends = [], [], []
    for month in MONTHS:
        cut = 1000 - (MONTHS[2] - month).days
        key = {"effective_on": month, "business_type": "b2c"}
        for number, days in enumerate(found):
            before = [day for day in days if day < cut]
            if not before:
                continue
            category, more = "tea" if number % 3 == 0 else "rice", len(before) > 1
            came = any(cut <= day < cut + 90 for day in days)
            parties.append({
                **key, "category_l1": "ALL" if more else category, "repeat_count": len(before) - 1,
                "active_days": weeks(before[-1] - before[0]) if more else 0, "party_count": 1, "come_back_count": int(came),
                "age_days": weeks(cut - 1 - before[0]) if more else cut - 1 - before[0],
            })  # fmt: skip
            waited = (before[1] if more else cut - 1) - before[0]
            waits.append({
                **key, "wait_code": "second_order", "category_l1": category, "waited_days": waited,
                "event_count": int(more), "censored_count": int(not more),
            })  # fmt: skip
            spends.append({**key, "order_day_count": len(before), "mean_amount": 1000.0 + number % 7 * 900, "party_count": 1})
    return tuple(grouped(pa.Table.from_pylist(rows)) for rows in (parties, waits, spends))


def weeks(days: int) -> int:
    return round(days / 7) * 7


def grouped(table: pa.Table) -> pa.Table:
    """Rows that share everything but their counts become one."""
    counts = [name for name in table.column_names if name.endswith("_count") and name not in ("repeat_count", "order_day_count")]
    keys = [name for name in table.column_names if name not in counts]
    added = table.group_by(keys).aggregate([(name, "sum") for name in counts])
    return added.rename_columns([name.removesuffix("_sum") for name in added.column_names])


@functools.cache
def learned() -> tuple[pa.Table, tuple]:
    tables = samples(histories())
    return value_learning.learn(CUTOFFS, *tables), tables


def groups(elapsed, repeats=0, active_days=0, category="tea") -> Groups:
    elapsed = np.asarray(elapsed, dtype=float)
    ones = np.ones_like(elapsed)
    return Groups(repeats * ones, active_days * ones, active_days + elapsed, np.zeros(len(elapsed), dtype=int), (category,))


def model():
    return value_learning.models_of(learned()[0], CUTOFFS)["b2c", MONTHS[2]]


def test_predictions_come_true_in_a_period_that_the_model_had_not_seen():
    rows, tables = learned()
    checked = value_learning.check(CUTOFFS, tables[0], rows).to_pylist()
    assert {row["effective_on"] for row in checked} == {MONTHS[1]}
    for buyer_class in ("once", "repeat"):
        bins = [row for row in checked if row["buyer_class"] == buyer_class]
        assert len(bins) >= 9
        counts, predicted, came = (
            np.array([row[name] for row in bins]) for name in ("party_count", "predicted_ratio", "come_back_count")
        )
        assert (np.diff(predicted) > 0).all()
        assert calibration.error(calibration.Bins(counts, predicted, came)) < 0.02


def test_a_prediction_that_is_wrong_by_a_fifth_shows_as_such():
    chance = np.full(1000, 0.5)
    found = calibration.table(chance, np.repeat([1, 0], [700, 300]), np.ones(1000), 10)
    assert calibration.error(found) == pytest.approx(0.2)


@pytest.mark.real_data
def test_cdnow_tenths_of_one_time_and_repeat_buyers_come_true_in_the_next_90_days(real_data):
    customers = cdnow.load(real_data, days_later=90)
    count = np.ones_like(customers.x)
    fitted = purchase_model.fit(customers.x, customers.t_x, customers.T, count)
    is_second = customers.second_days <= 0
    waited = np.where(is_second, customers.second_days - customers.first_days, -customers.first_days)
    waits = hazard.grouped(waited, is_second * 1.0, ~is_second * 1.0)
    curve = return_curve.fit(waits, return_curve.prior_of(fitted), 50)
    once = customers.x == 0
    odds = np.where(
        once,
        return_curve.log_return_odds(curve, customers.T * 7, 90),
        purchase_model.log_return_odds(fitted, customers.x, customers.t_x, customers.T, 90 / 7),
    )
    came = customers.later > 0
    for place, limit in ((once, 0.03), (~once, 0.05)):
        found = calibration.table(calibration.Correction().apply(odds[place]), came[place], count[place], 10)
        assert len(found.counts) == 10
        assert calibration.error(found) < limit


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 12_000), min_size=2, max_size=40, unique=True), st.integers(-1, 400), st.integers(1, 3000),
    st.sampled_from(["tea", "rice", "never seen"]), st.integers(1, 400),
)  # fmt: skip
def test_the_likelihood_of_return_falls_strictly_with_every_day_and_is_never_0_or_1(elapsed, repeats, active, category, window):
    profile = groups(np.sort(elapsed), repeats, active if repeats > 0 else 0, category)
    chance = model().chance(profile, window)
    assert (chance > 0).all() and (chance < 1).all()
    assert (np.diff(chance) < 0).all()


def test_a_one_time_buyer_falls_from_day_to_day_for_ten_years():
    chance = model().chance(groups(np.arange(3650)), 90)
    assert (np.diff(chance) < 0).all()


def test_the_curve_follows_kaplan_meier_where_the_hazard_falls():
    rng = np.random.default_rng(2)
    wait, seen = rng.exponential(1 / rng.gamma(0.7, 1 / 90, 20_000)), rng.integers(30, 1500, 20_000)
    is_event = wait <= seen
    waits = hazard.grouped(np.where(is_event, np.ceil(wait), seen), is_event * 1.0, ~is_event * 1.0)
    km = hazard.kaplan_meier(waits, 1.96)
    weights = return_curve.fit(waits, return_curve.prior_of(model().purchase), 50)
    trusted = km.at_risk > 500
    assert np.abs(return_curve.survival(weights, km.days) - km.survival)[trusted].max() < 0.015


def test_a_small_category_is_pulled_towards_all_and_a_large_one_is_not():
    few, many = (hazard.grouped(np.array([5.0, 700.0]), np.array([n, 0.0]), np.array([0.0, n])) for n in (2.0, 4000.0))
    everybody = return_curve.fit(hazard.grouped(np.array([300.0, 700.0]), np.array([900.0, 0]), np.array([0.0, 9100])), np.full(25, 0.04), 1)
    near, far = (return_curve.survival(return_curve.fit(waits, everybody, 50), np.array([60.0]))[0] for waits in (few, many))
    whole = return_curve.survival(everybody, np.array([60.0]))[0]
    assert abs(near - whole) < 0.1
    assert abs(far - 0.5) < 0.06


def test_a_curve_without_prior_is_refused():
    with pytest.raises(ValueError):
        return_curve.fit(hazard.grouped(np.array([5.0]), np.array([1.0]), np.array([0.0])), np.full(25, 0.04), 0)


def test_below_the_least_count_the_default_rows_hold():
    few = samples(histories(60))
    rows = value_learning.learn(CUTOFFS, *few).to_pylist()
    assert all(row["is_default"] for row in rows)
    named = {row["parameter_code"]: row["parameter_value"] for row in rows if row["model_code"] in ("purchase", "spend")}
    assert named == {"r": 0.525, "alpha": 6.18, "a": 0.891, "b": 1.614, "p": 6.25, "q": 3.74, "v": 2192.0}
    assert {row["sample_count"] for row in rows if row["model_code"] == "purchase"} != {0}


def test_no_facts_at_all_give_default_rows_and_scores():
    empty = tuple(table.slice(0, 0) for table in learned()[1])
    rows = value_learning.learn(CUTOFFS, *empty)
    assert value_learning.check(CUTOFFS, empty[0], rows).num_rows == 0
    assert value_score.score(summary([("x", 0, 0, 10, 100.0)]), CUTOFFS, rows)["return_likelihood"][0].as_py() > 0


def test_learned_rows_do_not_depend_on_the_order_of_facts():
    rows, tables = learned()
    turned = tuple(table.take(np.arange(len(table))[::-1]) for table in tables)
    assert value_learning.learn(CUTOFFS, *turned).equals(rows)


def test_facts_of_one_cutoff_change_no_other():
    rows, (parties, waits, spends) = learned()
    keep = pa.compute.less(waits["effective_on"], pa.scalar(MONTHS[2], pa.date32()))
    without = value_learning.learn(CUTOFFS, parties, waits.filter(keep), spends)
    earlier = [table.filter(pa.compute.less(table["effective_on"], pa.scalar(MONTHS[2], pa.date32()))) for table in (rows, without)]
    assert earlier[0].equals(earlier[1])


def summary(rows) -> pa.Table:
    names = ("person_id", "repeat_count", "active_days", "age_days", "mean_amount")
    return pa.Table.from_pylist([
        {**dict(zip(names, row, strict=True)), "business_type": "b2c", "category_l1": "ALL"} for row in rows
    ])  # fmt: skip


def test_scores_agree_with_each_other():
    rows = [
        ("lead", -1, 0, 40, None), ("once", 0, 0, 40, 500.0), ("once long ago", 0, 0, 900, 500.0),
        ("faithful", 12, 700, 710, 3000.0), ("gone", 12, 700, 1900, 3000.0), ("nothing paid", 1, 30, 60, 0.0),
    ]  # fmt: skip
    found = {row["person_id"]: row for row in value_score.score(summary(rows), CUTOFFS, learned()[0]).to_pylist()}
    assert found["lead"]["p_alive"] is None
    for name, row in found.items():
        assert 0 < row["return_likelihood"] < 1, name
        assert row["expected_orders"] >= row["return_likelihood"] or name == "lead"
        assert row["predicted_order_count"] >= row["expected_orders"]
        assert 0 < row["next_order_days"] <= 365
        assert row["p_alive"] is None or row["return_likelihood"] <= row["p_alive"] < 1
    assert found["faithful"]["return_likelihood"] > found["once"]["return_likelihood"] > found["once long ago"]["return_likelihood"]
    assert found["gone"]["p_alive"] < 0.1 < found["faithful"]["p_alive"]
    assert found["faithful"]["expected_order_amount"] > found["once"]["expected_order_amount"]
    assert found["nothing paid"]["expected_order_amount"] == pytest.approx(model().spend.mean)


def test_a_business_without_parties_and_a_party_of_another_business_are_told_apart():
    rows = summary([("x", 0, 0, 10, 100.0)]).set_column(5, "business_type", pa.array(["b2b"]))
    assert value_score.score(rows, CUTOFFS, learned()[0])["return_likelihood"].null_count == 1


def test_a_stream_of_parties_is_scored_batch_by_batch_and_says_the_same():
    rows = summary([(f"p{days}", days % 4 - 1, days * (days % 4 > 1), days + 30, 100.0 + days) for days in range(1, 60)])
    taken = []

    def batches():
        for batch in rows.to_batches(max_chunksize=7):
            taken.append(len(batch))
            yield batch

    stream = value_score.score_stream(pa.RecordBatchReader.from_batches(rows.schema, batches()), CUTOFFS, learned()[0])
    assert taken == []
    first = stream.read_next_batch()
    assert taken == [7]
    found = pa.Table.from_batches([first, *stream])
    assert found.sort_by("person_id").equals(value_score.score(rows, CUTOFFS, learned()[0]).sort_by("person_id"))
