"""What the learned model says of every party: a column each, computed for many at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.analytics import spend_model
from include.analytics.value_learning import groups_of, models_of
from include.analytics.value_model import LEAD, Groups, ValueModel

COLUMNS = (
    "p_alive", "return_likelihood", "expected_orders", "expected_order_amount", "predicted_order_count", "next_order_days",
)  # fmt: skip
SCORED = pa.schema([("person_id", pa.string()), *((name, pa.float64()) for name in COLUMNS)])
# parties scored together: enough for whole arrays to be fast, few enough to need no memory to speak of
BATCH_ROWS = 50_000


def score_stream(summary: pa.RecordBatchReader, cutoffs: pa.Table, learned: pa.Table) -> pa.RecordBatchReader:
    """`score` of every row of a stream, as a stream of schema `SCORED`: only one batch of parties lies in memory."""

    def scored() -> Iterator[pa.RecordBatch]:
        for batch in summary:
            found = score(pa.Table.from_batches([batch]), cutoffs, learned)
            yield from found.cast(SCORED).to_batches()

    return pa.RecordBatchReader.from_batches(SCORED, scored())


def score(summary: pa.Table, cutoffs: pa.Table, learned: pa.Table) -> pa.Table:
    """person_id and `COLUMNS` (doubles) of every row of `summary` (`int_value__summary`), in its order.

    Of `learned`, the newest cutoff of each business type holds. return_likelihood and expected_orders look `window_days` ahead,
    predicted_order_count and next_order_days `horizon_days`. p_alive is NaN-free: NULL for parties that never bought.
    """
    models, columns = models_of(learned, cutoffs), {name: np.full(len(summary), np.nan) for name in COLUMNS}
    for cutoff in _newest(cutoffs):
        place = np.flatnonzero(pc.equal(summary["business_type"], cutoff["business_type"]).to_numpy(zero_copy_only=False))
        if not len(place):
            continue
        rows = summary.take(pa.array(place))
        found = _scores(models[cutoff["business_type"], cutoff["effective_on"]], rows, cutoff)
        for name, values in found.items():
            columns[name][place] = values
    arrays = {name: pa.array(values, from_pandas=True) for name, values in columns.items()}
    return pa.table({"person_id": summary["person_id"], **arrays})


def _newest(cutoffs: pa.Table) -> list[dict]:
    found: dict[str, dict] = {}
    for row in sorted(cutoffs.to_pylist(), key=lambda row: row["effective_on"]):
        found[row["business_type"]] = row
    return list(found.values())


def _scores(model: ValueModel, rows: pa.Table, cutoff: dict) -> dict[str, np.ndarray]:
    groups: Groups = groups_of(rows)
    window, horizon = cutoff["window_days"], cutoff["horizon_days"]
    chance, alive = model.chance(groups, window), model.p_alive(groups)
    orders = chance * model.orders_per_return(groups, horizon, window)
    leads = groups.places()[LEAD]
    orders[leads] = model.chance(groups.of(leads), horizon)
    n = np.maximum(groups.repeats + 1, 0)
    mean = rows["mean_amount"].cast(pa.float64()).to_numpy()
    # amounts that the spend model cannot know (nothing paid) say nothing
    known = np.where(mean > 0, n, 0)
    return {
        # who is likely to come back is alive, whatever the purchase model alone says
        "p_alive": np.maximum(alive, chance),
        "return_likelihood": chance,
        "expected_orders": chance * model.orders_per_return(groups, window, window),
        "expected_order_amount": spend_model.expected_amount(model.spend, known, mean),
        "predicted_order_count": orders,
        "next_order_days": model.next_order_days(groups, horizon),
    }
