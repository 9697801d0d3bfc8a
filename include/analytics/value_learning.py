"""Learn the value model of each month from grouped facts, as rows; read it back from them; test it on what happened next."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.analytics import calibration, hazard, purchase_model, return_curve, spend_model
from include.analytics.calibration import Correction
from include.analytics.purchase_model import PurchaseModel
from include.analytics.spend_model import SpendModel
from include.analytics.value_model import ALL, DAYS_PER_WEEK, REPEAT, WAIT_OF, Groups, ValueModel

LEARNED = pa.schema([
    ("effective_on", pa.date32()), ("business_type", pa.string()), ("model_code", pa.string()),
    ("category_l1", pa.string()), ("parameter_code", pa.string()), ("parameter_value", pa.float64()),
    ("sample_count", pa.int64()), ("is_default", pa.bool_()), ("policy_version", pa.string()),
])  # fmt: skip
CHECKED = pa.schema([
    ("effective_on", pa.date32()), ("business_type", pa.string()), ("buyer_class", pa.string()), ("bin_no", pa.int32()),
    ("party_count", pa.int64()), ("predicted_ratio", pa.float64()), ("come_back_count", pa.int64()),
])  # fmt: skip


def learn(cutoffs: pa.Table, parties: pa.Table, waits: pa.Table, spends: pa.Table) -> pa.Table:
    """Parameters of every cutoff (effective_on, business_type) in `cutoffs`, as rows of schema `LEARNED`.

    parties, waits, spends: the grouped samples known before each cutoff (`int_value__party_sample`, `…wait_sample`,
    `…spend_sample`). A cutoff with `checked_on` gets a correction: what the model of that earlier day said, against what came.
    Below `min_party_count` the default parameters of the cutoff's rule row hold.
    """
    rows: list[dict] = []
    known: dict[tuple[str, date], ValueModel] = {}
    for cutoff in sorted(cutoffs.to_pylist(), key=lambda row: (row["business_type"], row["effective_on"])):
        model, found = _base(cutoff, *(_of(table, cutoff) for table in (parties, waits, spends)))
        checked = known.get((cutoff["business_type"], cutoff["checked_on"]))
        if checked is not None:
            sample = _of(parties, {**cutoff, "effective_on": cutoff["checked_on"]})
            found += _corrections(cutoff, checked, sample)
        known[cutoff["business_type"], cutoff["effective_on"]] = model
        rows += [{**{name: cutoff[name] for name in ("effective_on", "business_type", "policy_version")}, **row} for row in found]
    return pa.Table.from_pylist(rows, LEARNED)


def models_of(learned: pa.Table, cutoffs: pa.Table) -> dict[tuple[str, date], ValueModel]:
    """(business_type, effective_on) -> model, from the rows that `learn` made."""
    gone = {(row["business_type"], row["effective_on"]): row["gone_return_ratio"] for row in cutoffs.to_pylist()}
    found: dict[tuple[str, date], dict] = {}
    for row in learned.to_pylist():
        parameters = found.setdefault((row["business_type"], row["effective_on"]), {})
        parameters.setdefault((row["model_code"], row["category_l1"]), {})[row["parameter_code"]] = row["parameter_value"]
    return {key: _model(parameters, gone[key]) for key, parameters in found.items() if key in gone}


def check(cutoffs: pa.Table, parties: pa.Table, learned: pa.Table) -> pa.Table:
    """Predicted and actual returns of every cutoff that had a correction and is over, in bins: rows of schema `CHECKED`.

    Nothing of what is compared was known to the model: its facts and its correction end before the cutoff.
    """
    models, rows = models_of(learned, cutoffs), []
    for cutoff in cutoffs.to_pylist():
        sample, model = _of(parties, cutoff), models.get((cutoff["business_type"], cutoff["effective_on"]))
        if not cutoff["is_over"] or cutoff["checked_on"] is None or model is None or not len(sample):
            continue
        groups, counts, returned = groups_of(sample), *_numbers(sample, "party_count", "come_back_count")
        chance = model.chance(groups, cutoff["window_days"])
        for name, place in groups.places().items():
            if len(place):
                table = calibration.table(chance[place], returned[place], counts[place], cutoff["bin_count"])
                rows += _bin_rows(cutoff, name, table)
    return pa.Table.from_pylist(rows, CHECKED)


def groups_of(table: pa.Table) -> Groups:
    """Columns repeat_count, active_days, age_days, category_l1 as groups."""
    category = pc.dictionary_encode(pc.fill_null(table["category_l1"], ALL)).combine_chunks()
    numbers = _numbers(table, "repeat_count", "active_days", "age_days")
    return Groups(*numbers, category.indices.to_numpy(), tuple(category.dictionary.to_pylist()))


def _base(cutoff: dict, parties: pa.Table, waits: pa.Table, spends: pa.Table) -> tuple[ValueModel, list[dict]]:
    purchase, rows = _purchase(cutoff, parties)
    spend, more = _spend(cutoff, spends)
    curves, last = _curves(cutoff, waits, purchase)
    return ValueModel(purchase, spend, curves, cutoff["gone_return_ratio"]), rows + more + last


def _purchase(cutoff: dict, parties: pa.Table) -> tuple[PurchaseModel, list[dict]]:
    x, recency, age, counts = _numbers(parties, "repeat_count", "active_days", "age_days", "party_count")
    bought = x >= 0
    columns = x[bought], recency[bought] / DAYS_PER_WEEK, age[bought] / DAYS_PER_WEEK, counts[bought]
    is_default = counts[x > 0].sum() < cutoff["min_party_count"]
    if is_default:
        model = PurchaseModel(*(cutoff[f"default_{name}"] for name in ("r", "alpha_weeks", "a", "b")), is_modified=True)
    else:
        model = purchase_model.fit(*columns)
    return model, _rows("purchase", ALL, model.names, columns[-1].sum(), is_default)


def _spend(cutoff: dict, spends: pa.Table) -> tuple[SpendModel, list[dict]]:
    n, mean, counts = _numbers(spends, "order_day_count", "mean_amount", "party_count")
    is_default = counts.sum() < cutoff["min_party_count"]
    if is_default:
        model = SpendModel(*(cutoff[f"default_{name}"] for name in ("p", "q", "v_amount")))
    else:
        model = spend_model.fit(n, mean, counts)
    return model, _rows("spend", ALL, model.names, counts.sum(), is_default)


def _curves(cutoff: dict, waits: pa.Table, purchase: PurchaseModel) -> tuple[dict, list[dict]]:
    """Curves of all categories together, then of each that has enough orders, pulled towards the former."""
    curves, rows = {}, []
    categories = np.array(waits["category_l1"].to_pylist(), dtype=object)
    codes = np.array(waits["wait_code"].to_pylist(), dtype=object)
    columns = _numbers(waits, "waited_days", "event_count", "censored_count")
    for wait in WAIT_OF.values():
        prior, weight = return_curve.prior_of(purchase), cutoff["curve_prior_count"]
        for category in (ALL, *sorted(set(categories[codes == wait]) - {ALL})):
            place = (codes == wait) & ((category == ALL) | (categories == category))
            seen = hazard.grouped(*(column[place] for column in columns))
            is_default = seen.events.sum() < cutoff["min_party_count"]
            if is_default and category != ALL:
                continue
            weights = prior if is_default else return_curve.fit(seen, prior, weight)
            curves[wait, category] = weights
            named = {f"weight_{place:02d}": value for place, value in enumerate(weights)}
            rows += _rows(wait, category, named, (seen.events + seen.censored).sum(), is_default)
            if category == ALL:
                prior = weights
    return curves, rows


def _corrections(cutoff: dict, checked: ValueModel, sample: pa.Table) -> list[dict]:
    groups, counts, returned = groups_of(sample), *_numbers(sample, "party_count", "come_back_count")
    odds, rows = checked.log_odds(groups, cutoff["window_days"]), []
    for name, place in groups.places().items():
        is_default = returned[place].sum() < cutoff["min_party_count"]
        found = Correction()
        if not is_default:
            found = calibration.fit(odds[place], returned[place], counts[place], cutoff["correction_prior_count"])
        named = {"shift": found.shift, "slope": found.slope}
        rows += _rows(f"correction_{name}", ALL, named, counts[place].sum(), is_default)
    return rows


def _model(parameters: dict, gone_ratio: float) -> ValueModel:
    curves = {
        (model, category): np.array([value for _, value in sorted(named.items())])
        for (model, category), named in parameters.items()
        if model in WAIT_OF.values()
    }
    corrections = {
        name: Correction(**parameters["correction_" + name, ALL])
        for name in (*WAIT_OF, REPEAT)
        if ("correction_" + name, ALL) in parameters
    }
    purchase = PurchaseModel(**parameters["purchase", ALL], is_modified=True)
    return ValueModel(purchase, SpendModel(**parameters["spend", ALL]), curves, gone_ratio, corrections)


def _of(table: pa.Table, cutoff: dict) -> pa.Table:
    """The rows of one cutoff, in one order: sums of doubles depend on it."""
    same = pc.and_(
        pc.equal(table["effective_on"], pa.scalar(cutoff["effective_on"], pa.date32())),
        pc.equal(table["business_type"], cutoff["business_type"]),
    )
    found = table.filter(same)
    return found.sort_by([(name, "ascending") for name in found.column_names])


def _numbers(table: pa.Table, *names: str) -> list[np.ndarray]:
    return [table[name].cast(pa.float64()).to_numpy() for name in names]


def _rows(model: str, category: str, named: dict, size: float, is_default: bool) -> list[dict]:
    return [
        {
            "model_code": model, "category_l1": category, "parameter_code": code, "parameter_value": float(value),
            "sample_count": int(size), "is_default": bool(is_default),
        }
        for code, value in named.items()
    ]  # fmt: skip


def _bin_rows(cutoff: dict, buyer_class: str, found: calibration.Bins) -> list[dict]:
    named = {"effective_on": cutoff["effective_on"], "business_type": cutoff["business_type"], "buyer_class": buyer_class}
    return [
        {**named, "bin_no": number, "party_count": int(size), "predicted_ratio": float(predicted), "come_back_count": int(came)}
        for number, (size, predicted, came) in enumerate(
            zip(found.counts, found.predicted, found.returned, strict=True), start=1
        )
    ]
