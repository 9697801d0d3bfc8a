"""Rule tables are checked before anything uses them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from include import rules, settings
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
