"""kpi_cause_accuracy on a handful of graded spells: what is counted, per dimension, and when it says 判定不能."""

from __future__ import annotations

import duckdb
import pytest

from tests.unit.dbt.rendered import PROJECT, render

MODEL = (PROJECT / "models" / "intermediate" / "cause" / "int_cause__accuracy.sql").read_text(encoding="utf-8")
# heard, heard axis, inferred, inferred axis, probability, operator, script
GRADES = [
    ("DIS_PRICE", "dissatisfied", "DIS_PRICE", "dissatisfied", 0.65, "op1", "A"),
    ("DIS_QUALITY", "dissatisfied", "DIS_PRICE", "dissatisfied", 0.65, "op1", "A"),
    ("CHG_LIFE", "change", "CHG_LIFE", "change", 0.95, "op1", "B"),
    ("CHG_LIFE", "change", "UNKNOWN", "unknown", 1.0, "op2", "未記録"),
]


@pytest.fixture(scope="module")
def figures() -> dict[tuple, tuple]:
    """(kpi, dimension, its value, inferred, heard, bin) -> numerator, denominator, value, verdict."""
    with duckdb.connect() as connection:
        rules = PROJECT / "seeds" / "rules" / "rule_cause_model.csv"
        connection.execute(
            f"create table rule_cause_model as select * replace (3 as min_n_count, cast(null as date) as valid_to)"
            f" from read_csv('{rules}')"
        )
        connection.execute(
            "create table int_cause__grade (person_id varchar, spell_no integer, month_on date, source varchar, agent_id varchar,"
            " script_id varchar, heard_cause_code varchar, heard_axis varchar, inferred_cause_code varchar, inferred_axis varchar,"
            " inferred_probability double, is_predicted boolean, is_right boolean)"
        )
        for number, (heard, heard_axis, inferred, inferred_axis, probability, agent, script) in enumerate(GRADES):
            row = [str(number), 1, "2024-09-01", "heard", agent, script, heard, heard_axis, inferred, inferred_axis, probability]
            row += [inferred != "UNKNOWN", inferred == heard]
            connection.execute(f"insert into int_cause__grade values ({', '.join('?' * len(row))})", row)
        found = connection.execute(
            "select kpi_code, dimension_code, dimension_value, inferred_cause_code, heard_cause_code, bin_no,"
            f" numerator, denominator, round(value, 4), verdict from ({render(MODEL)})"
        ).fetchall()
    return {row[:6]: row[6:] for row in found}


def of_all(figures, kpi: str, inferred: str = "ALL", heard: str = "ALL", bin_no: int = 0) -> tuple:
    return figures[(kpi, "all", "all", inferred, heard, bin_no)]


def test_precision_counts_predictions_and_unknown_is_none(figures):
    assert of_all(figures, "precision_at_1") == (2, 3, 0.6667, "判定可")
    assert of_all(figures, "precision_at_1", inferred="DIS_PRICE") == (1, 2, 0.5, "判定不能")
    assert ("precision_at_1", "all", "all", "UNKNOWN", "ALL", 0) not in figures


def test_recall_counts_everything_that_was_told(figures):
    assert of_all(figures, "recall") == (2, 4, 0.5, "判定可")
    assert of_all(figures, "recall", heard="CHG_LIFE") == (1, 2, 0.5, "判定不能")
    assert of_all(figures, "axis_recall", heard="dissatisfied") == (2, 2, 1.0, "判定不能")
    assert of_all(figures, "axis_precision", inferred="dissatisfied") == (2, 2, 1.0, "判定不能")


def test_confusion_says_what_was_told_where_a_cause_was_inferred(figures):
    assert of_all(figures, "confusion", "DIS_PRICE", "DIS_QUALITY") == (1, 2, 0.5, "判定不能")
    assert of_all(figures, "confusion", "UNKNOWN", "CHG_LIFE") == (1, 1, 1.0, "判定不能")


def test_calibration_is_the_mean_gap_between_claim_and_truth(figures):
    assert of_all(figures, "calibration_bin", bin_no=7) == (1, 2, 0.5, "判定不能")
    assert of_all(figures, "calibration_bin", bin_no=10) == (1, 1, 1.0, "判定不能")
    assert of_all(figures, "calibration_error") == (0.35, 3, 0.1167, "判定可")


def test_each_operator_and_month_has_its_own_line(figures):
    assert figures[("recall", "agent", "op2", "ALL", "ALL", 0)] == (0, 1, 0.0, "判定不能")
    assert figures[("recall", "month", "2024-09-01", "ALL", "ALL", 0)] == (2, 4, 0.5, "判定可")


def test_each_script_has_its_own_line_and_what_no_file_says_is_one_too(figures):
    assert figures[("precision_at_1", "script", "A", "ALL", "ALL", 0)] == (1, 2, 0.5, "判定不能")
    assert figures[("recall", "script", "B", "ALL", "ALL", 0)] == (1, 1, 1.0, "判定不能")
    assert figures[("recall", "script", "未記録", "ALL", "ALL", 0)] == (0, 1, 0.0, "判定不能")


def test_too_few_hearings_cannot_be_judged(figures):
    assert figures[("precision_at_1", "agent", "op1", "ALL", "ALL", 0)][-1] == "判定可"
    assert figures[("axis_recall", "agent", "op1", "ALL", "change", 0)][-1] == "判定不能"
