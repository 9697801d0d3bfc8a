"""The page: its numbers are the snapshot's, it needs no network, holds no personal data, and repeats byte for byte."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from include import report, warehouse
from include import settings as settings_module

AS_OF = date(2024, 4, 1)
WATERFALL = [
    (1, "universe", "ALL", "把握している顧客", False, 1000), (2, "not_dormant", "active", "休眠ではない", True, 600),
    (3, "dormant", "ALL", "休眠中", False, 400), (4, "suppressed", "SUP_NO_CONSENT", "連絡できない", True, 250),
    (4, "suppressed", "SUP_WITHDRAWN", "連絡できない", True, 30), (6, "eligible", "ALL", "連絡してよい", False, 120),
    (8, "holdout", "HOLDOUT", "対照群", True, 12), (10, "allocated", "email", "リストに載せた", True, 100),
    (11, "no_capacity", "CAPACITY_FULL", "枠に入らない", True, 8),
]  # fmt: skip


@pytest.fixture
def house(tmp_path: Path):
    settings = settings_module.load({"DATA_ROOT": str(tmp_path), "OKOSHI_THREADS": "1"})
    with warehouse.writer(settings, settings.serving / "current.duckdb") as connection:
        run = connection.execute
        run("create table meta_snapshot as select date '2024-04-01' as as_of, 'pol123' as policy_version")
        run(
            "create table kpi_waterfall (step_no int, step varchar, reason_code varchar, step_label_ja varchar, label_ja varchar,"
            " is_leaf boolean, party_count bigint, as_of date)"
        )
        for step_no, step, reason, label, is_leaf, count in WATERFALL:
            run(
                "insert into kpi_waterfall values (?, ?, ?, ?, ?, ?, ?, ?)",
                [step_no, step, reason, label, f"理由 {reason}", is_leaf, count, AS_OF],
            )
        run(
            "insert into kpi_waterfall values (1, 'universe', 'ALL', '前の日', '前の日', false, 77777, date '2024-03-31')"
        )
        run(
            "create table fct_decision as select date '2024-04-01' as as_of, 'p_' || i as person_id,"
            " case when i < 300 then 'UNKNOWN' else 'FOR_FIRST' end as cause_code from range(400) as r(i)"
        )
        run(
            "create table fct_dormancy_cause as select 'p_1' as person_id, 'FOR_FIRST' as cause_code,"
            " '初回だけ<b>' as label_ja, '忘却' as axis_ja"
        )
        run(
            "create table kpi_state_flow as select date '2024-03-01' as month_on, 'dormant' as state, 5 as state_no, '休眠' as label_ja,"
            " true as is_complete, 380 as opening_count, 50 as in_count, 20 as out_count, 410 as closing_count,"
            " 3 as restated_by_policy_count, -1 as restated_by_fact_count"
        )
        run(
            "create table kpi_monthly as select 'dormancy_rate' as kpi_code, date '2024-03-01' as month_on, 'all' as business_type,"
            " '休眠率' as label_ja, 'ratio' as unit, 400.0 as numerator, 900.0 as denominator, 0.444444444 as value,"
            " 0.41 as ci_low, 0.48 as ci_high, '確報' as maturity, '判定可' as verdict"
            " union all select 'dormancy_rate', date '2024-03-01', 'b2b', '休眠率', 'ratio', 9.0, 10.0, 0.9, 0.6, 0.98, '確報', '判定不能'"
        )
        run(
            "create table fct_list as select 'winback-2024-04_email_20240401' as list_id, 'email' as channel, date '2024-04-01' as frozen_on,"
            " 100 as row_count, date '2024-04-02' as valid_until_on, 'boss' as approved_by"
        )
        run(
            "create table kpi_threshold_review as select 'D1' as rule_id, 'b2c' as business_type, category_l1, 180 as configured_days,"
            " recommended_days, recommended_days - 9.0 as ci_low, recommended_days + 8.0 as ci_high, 2000 as n_count,"
            " 1500 as return_count, 0.0093 as before_ratio, 0.0004 as after_ratio, verdict"
            " from (values ('ALL', 151, '縮める'), ('化粧品', null, '判定不能')) as v(category_l1, recommended_days, verdict)"
        )
        run(
            "create table kpi_return_curve as select 'D1' as rule_id, 'b2c' as business_type, category_l1, cast(i as integer) as elapsed_days,"
            " 1 - i / 500.0 as survival_ratio from range(1, 400) as r(i), (values ('ALL'), ('化粧品')) as v(category_l1)"
        )
    return settings


def test_the_page_shows_thresholds_with_their_curve_and_no_proposal_where_nothing_can_be_said(house):
    page = report.render(house).read_text()
    assert ">151<" in page and ">142〜159<" in page and ">0.93%→0.04%<" in page and "判定不能" in page
    assert page.count("<polyline") == 1 and "設定 180日" in page and "提案 151日" in page


def test_the_page_shows_the_numbers_of_the_snapshot(house):
    page = report.render(house).read_text()
    for figure in ("1,000", "400", "280", "40.0%", "44.4%", "41.0%〜48.0%", "+3", "-1", "410"):
        assert f">{figure}<" in page, figure
    assert "77,777" not in page and "90.0%" not in page
    assert "outbox/email/2024-04-01/winback-2024-04_email_20240401/" in page
    assert ">300<" in page and "初回だけ&lt;b&gt;" in page


def test_the_page_is_the_same_bytes_again_and_kept_by_date(house):
    first = report.render(house).read_bytes()
    assert report.render(house).read_bytes() == first
    assert (house.report / "2024-04-01.html").read_bytes() == first


def test_the_page_needs_no_network_and_no_script(house):
    page = report.render(house).read_text()
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)


def test_the_page_names_no_person(house):
    assert "p_" not in report.render(house).read_text()


def test_an_empty_snapshot_still_makes_a_page(house):
    with warehouse.writer(house, house.serving / "current.duckdb") as connection:
        for table in (
            "kpi_waterfall",
            "fct_decision",
            "fct_dormancy_cause",
            "kpi_state_flow",
            "kpi_monthly",
            "fct_list",
        ):
            connection.execute(f"delete from {table}")
    assert "―" in report.render(house).read_text()


def test_the_page_reads_the_snapshot_only(house):
    assert not house.warehouse.exists()
    report.render(house)
    assert not house.warehouse.exists()


def test_the_summary_says_how_many_and_where_to_look(house):
    said = report.summary(house)
    assert "顧客        1,000 人" in said and "休眠        400 人" in said and "メール: 100 件" in said
    for path in (
        house.serving / "current.duckdb",
        house.report / "index.html",
        house.data_docs / "index.html",
    ):
        assert str(path) in said
    assert "make up" in said
