"""Stated reasons of real churn and complaint files through the mapping seed; every label maps, strange ones stay visible."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from include.settings import REPO
from tests.conftest import REAL_DATA

SEEDS = REPO / "dbt_project" / "seeds" / "reference"
TELCO = REAL_DATA / "telco_churn_reasons" / "Telco_customer_churn.csv"
CFPB = REAL_DATA / "cfpb_complaints"
# the share of credit-card complaints of 2015 whose label does not say why a customer would leave
CFPB_UNKNOWN_SHARE = 0.372


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def mapping(business: str) -> dict[str, str]:
    return {row["source_value"]: row["canonical_value"] for row in rows(SEEDS / "stated_reasons.csv") if row["business"] == business}


def known_codes() -> set[str]:
    return {row["cause_code"] for row in rows(SEEDS / "causes.csv")} | set(stops())


def stops() -> dict[str, str]:
    return {row["reason_code"]: row["suppression_code"] for row in rows(SEEDS / "stop_reasons.csv")}


def test_every_mapped_reason_is_a_cause_or_a_stop():
    assert {row["canonical_value"] for row in rows(SEEDS / "stated_reasons.csv")} <= known_codes()


@pytest.mark.real_data
def test_all_twenty_telco_reasons_are_mapped():
    reasons = Counter(row["Churn Reason"] for row in rows(TELCO) if row["Churn Reason"])
    assert len(reasons) == 20 and sum(reasons.values()) == 1869
    assert set(reasons) == set(mapping("telco"))
    coded = Counter()
    for reason, count in reasons.items():
        coded[mapping("telco")[reason]] += count
    assert coded == {
        "EXT_COMPETITOR": 621, "DIS_QUALITY": 382, "DIS_COMPLAINT": 327, "DIS_PRICE": 243, "UNKNOWN": 154, "OUT_OF_AREA": 53,
        "EXT_SUPPLY": 44, "DIS_UNRESOLVED": 39, "DECEASED": 6,
    }  # fmt: skip


def test_deceased_and_moved_are_stops_for_every_channel():
    assert stops()[mapping("telco")["Deceased"]] == "SUP_DECEASED"
    assert stops()[mapping("telco")["Moved"]] == "SUP_OUT_OF_AREA"
    rules = {row["suppression_code"]: row["channels"] for row in rows(REPO / "dbt_project/seeds/rules/rule_suppression.csv")}
    assert rules["SUP_DECEASED"] == rules["SUP_OUT_OF_AREA"] == "dm,email,phone"


@pytest.mark.real_data
def test_cfpb_labels_are_mapped_with_the_stated_unknown_share():
    issues = Counter(row["Issue"] for row in rows(CFPB / "cfpb_credit_card_2015.csv"))
    assert sum(issues.values()) == 17301
    assert set(issues) <= set(mapping("cfpb"))
    coded = Counter()
    for issue, count in issues.items():
        coded[mapping("cfpb")[issue]] += count
    assert coded["UNKNOWN"] / 17301 == pytest.approx(CFPB_UNKNOWN_SHARE, abs=0.001)
    assert coded["DIS_COMPLAINT"] >= issues["Billing disputes"] + issues["Customer service / Customer relations"]


@pytest.mark.real_data
def test_the_general_cfpb_export_is_mapped_too():
    issues = {row["issue"] for row in rows(CFPB / "ccdb_subset_no_narrative.csv")}
    assert issues <= set(mapping("cfpb"))
