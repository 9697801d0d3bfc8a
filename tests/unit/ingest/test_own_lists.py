"""The history of our own lists is an ordinary source: what publish writes is what its contract reads."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from include.publish import history
from tests.unit.ingest.conftest import House

ROW = {
    "list_id": "winback-2024-04_email_20240410", "list_row_id": "r1", "campaign_id": "winback-2024-04", "person_id": "p_1",
    "cluster_id": "c1", "channel": "email", "cell": "treat", "stratum": "s", "tier": "high", "anchor_on": "2024-04-10",
    "approved_by": "marketing",
}  # fmt: skip


@pytest.mark.parametrize("rows", [[ROW, ROW | {"person_id": "p_2", "list_id": None, "list_row_id": None, "cell": "holdout", "channel": None}], []])
def test_a_published_history_is_known_from_the_next_day(house: House, real_gate, rows):
    day = date(2024, 4, 10)
    data = history.render(rows, {ROW["list_id"]: "ab" * 32}, day)
    house.put("okoshi_lists", history.path_of(house.settings, day).name, data)
    result = house.load("okoshi_lists", day)
    assert not result.is_red, result.messages
    found = house.rows("select person_id, cell, list_sha256, known_at from raw.list_rows order by 1")
    expected = [(r["person_id"], r["cell"], "ab" * 32 if r["list_id"] else None, datetime(2024, 4, 11)) for r in rows]
    assert found == expected
    assert house.rows("select business_date, rows_in from ops.file_ledger") == [(day, len(rows))]
