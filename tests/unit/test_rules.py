"""Rule tables are checked before anything uses them."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from include import rule_types, rules, settings
from include.errors import GateStop

TABLE = "rule_dormancy"


@pytest.fixture
def replaced(tmp_path: Path):
    """Write a replacement of rule_dormancy and return settings that use it."""

    def write(change) -> settings.Settings:
        shipped = rules.shipped_dir(settings.load()) / f"{TABLE}.csv"
        lines = shipped.read_text(encoding="utf-8").splitlines()
        (tmp_path / f"{TABLE}.csv").write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
        return settings.load({"DATA_ROOT": str(tmp_path / "data"), "RULES_DIR": str(tmp_path)})

    return write


def test_an_equal_replacement_is_accepted_and_has_the_same_policy(replaced):
    config = replaced(lambda lines: [lines[0], *reversed(lines[1:])])
    rules.check(config)
    assert rules.policy_version(config) == rules.policy_version(settings.load())


def test_a_changed_row_changes_the_policy_version(replaced):
    config = replaced(lambda lines: lines[:-1])
    assert rules.policy_version(config) != rules.policy_version(settings.load())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [lines[0] + ",extra", *lines[1:]], "1行目: 列が"),
        (lambda lines: [*lines, lines[1]], "有効期間が"),
        (lambda lines: [lines[0], ",".join(["x"] * (lines[0].count(",") - 3) + ["2024-13-01", "", "o", "b"])], "日付は"),
        (lambda lines: [lines[0], ",".join(["x"] * (lines[0].count(",") - 3) + ["2024-01-01", "", "", "b"])], "owner"),
        (lambda lines: [lines[0], ",".join(["x"] * (lines[0].count(",") - 3) + ["2024-01-01", "2023-01-01", "o", "b"])], "valid_to"),
    ],
)
def test_a_bad_rule_file_stops_with_file_and_line(replaced, change, message):
    with pytest.raises(GateStop, match=message):
        rules.check(replaced(change))


def with_cell(column: str, value: str):
    """Change of the first row's cell."""

    def change(lines: list[str]) -> list[str]:
        [header, first] = csv.reader(lines[:2])
        first[header.index(column)] = value
        return [lines[0], ",".join(f'"{cell}"' if "," in cell else cell for cell in first), *lines[2:]]

    return change


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("rule_dormancy_preset", "default_gap_days", "45.5"),  # once rounded without a word
        ("rule_dormancy_preset", "default_gap_days", "四十五"), ("rule_dormancy_preset", "default_gap_days", "9999999999"),
        ("rule_dormancy_preset", "redormant_ratio", "0.1234567"), ("rule_dormancy_preset", "redormant_ratio", "1e-3"),
        ("rule_dormancy_preset", "valid_to", "20250101"), ("rule_suppression", "is_hard", "はい"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_column_stops_with_file_line_and_column(tmp_path, table, column, value):
    config = settings.load({"DATA_ROOT": str(tmp_path / "data"), "RULES_DIR": str(tmp_path)})
    lines = (rules.shipped_dir(config) / f"{table}.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / f"{table}.csv").write_text("\n".join(with_cell(column, value)(lines)) + "\n", encoding="utf-8")
    with pytest.raises(GateStop, match=f"{table}.csv 2行目 列 {column}: 値 '{value}' が型 .+(で|。)書いてください"):
        rules.check(config)


def test_a_row_with_a_cell_too_many_or_too_few_stops(replaced):
    for change in (lambda lines: [lines[0], lines[1] + ",x", *lines[2:]], lambda lines: [*lines, ",".join(lines[1].split(",")[:-1])]):
        with pytest.raises(GateStop, match="行目: (値の数|列 basis)"):
            rules.check(replaced(change))


@pytest.mark.parametrize(
    ("value", "sql_type"),
    [("45", "integer"), ("-1", "bigint"), ("0.50", "decimal(18,1)"), ("1e-3", "double"), ("TRUE", "boolean"), ("2024-01-01", "date"), ("", "integer"), ("x", "varchar")],
)  # fmt: skip
def test_a_value_that_fits_its_column_is_taken(value, sql_type):
    assert rule_types.misfit(value, sql_type) is None


@pytest.mark.parametrize("value", ["nan", "inf", "1_0", "0x1"])
def test_what_only_a_computer_calls_a_number_is_none(value):
    assert rule_types.misfit(value, "double") and rule_types.misfit(value, "decimal(18,6)") and rule_types.misfit(value, "integer")


def test_every_column_of_every_shipped_table_has_a_type():
    config = settings.load()
    rules.check(config)
    for name, path in rules.effective_files(config).items():
        assert list(rules.types(config)[name]) == rules.header(path)


def test_an_unknown_rule_file_stops(tmp_path):
    (tmp_path / "rule_unheard_of.csv").write_text("a\n1\n")
    config = settings.load({"DATA_ROOT": str(tmp_path), "RULES_DIR": str(tmp_path)})
    with pytest.raises(GateStop, match="知らないルール表"):
        rules.check(config)


def test_validity_is_half_open(tmp_path):
    (tmp_path / f"{TABLE}.csv").write_text("a,valid_from,valid_to,owner,basis\n1,2024-01-01,2024-02-01,o,b\n")
    config = settings.load({"DATA_ROOT": str(tmp_path), "RULES_DIR": str(tmp_path)})
    assert rules.in_force(config, TABLE, date(2024, 1, 31))
    assert not rules.in_force(config, TABLE, date(2024, 2, 1))
