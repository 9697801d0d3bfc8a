"""A replay of a past date knows nothing that happened or became known later: spoiling all of it changes not a byte."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from include import backtest, transform
from tests.conftest import DEMO_DATE, settings_for
from tests.e2e import leaks

DAY, LATER = date(2024, 6, 30), date(2024, 7, 20)
DECIDED = ("staging", "intermediate", "marts", "publish")


@pytest.fixture(scope="module")
def houses(tiny_root, tmp_path_factory):
    """(the house as it is, the same with everything after DAY spoilt, rows touched by table)"""
    base = tmp_path_factory.mktemp("leaks")
    honest = Path(shutil.copytree(tiny_root, base / "honest"))
    leaks.know_day_by_day(
        honest / "warehouse" / "warehouse.duckdb", honest / "landing" / "okoshi_lists" / f"okoshi_lists_{DEMO_DATE}.csv"
    )
    spoilt = Path(shutil.copytree(honest, base / "spoilt"))
    touched = leaks.spoil_after(spoilt / "warehouse" / "warehouse.duckdb", DAY)
    return honest, spoilt, touched


def replayed(root: Path, day: date, layers: tuple[str, ...] = ()):
    kept = dict(os.environ)
    plan = backtest.plan(settings_for(root), day)
    backtest.prepare(plan)
    [one] = plan.replays
    if layers:
        transform.prepare(one.settings, day)
        for layer in layers:
            transform.build(one.settings, layer, day)
    else:
        backtest.replay(one)
    os.environ.clear()
    os.environ.update(kept)
    return one.settings


@pytest.fixture(scope="module")
def pairs(houses):
    honest, spoilt, _ = houses
    return leaks.relations(replayed(honest, DAY), DECIDED), leaks.relations(replayed(spoilt, DAY), DECIDED)


def test_no_relation_changes_by_a_byte_when_everything_after_the_day_is_spoilt(pairs):
    before, after = pairs
    assert set(before) == set(after)
    assert [name for name in before if before[name] != after[name]] == []


def test_the_day_itself_had_states_causes_lists_and_a_list_history_to_lose(pairs):
    before, _ = pairs
    for name in (
        "marts.fct_state_spell", "marts.fct_dormancy_spell", "marts.fct_dormancy_cause", "marts.fct_segment",
        "marts.fct_decision", "marts.fct_target", "marts.fct_suppression", "marts.kpi_waterfall",
        "intermediate.int_experiment__history", "intermediate.int_value__current",
    ):  # fmt: skip
        assert before[name][0] > 0, name


def test_the_spoiling_reaches_every_kind_of_fact_there_is(houses):
    honest, spoilt, touched = houses
    assert all(touched[name] > 0 for name in ("orders", "order_lines", "inquiries", "calls", "consents", "customers", "list_rows"))


def test_the_same_comparison_fails_once_the_spoilt_days_count(houses):
    honest, spoilt, _ = houses
    before = leaks.relations(replayed(honest, LATER, ("staging",)), ("staging",))
    after = leaks.relations(replayed(spoilt, LATER, ("staging",)), ("staging",))
    changed = {name for name in before if before[name] != after[name]}
    assert {"staging.stg_orders", "staging.stg_inquiries", "staging.stg_calls", "staging.stg_list_rows"} <= changed
