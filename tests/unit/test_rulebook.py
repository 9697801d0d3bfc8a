"""The rule book says what the seeds say: it cannot drift, and no state, cause or dormancy rule goes unexplained."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from include import rulebook, rules, settings


@pytest.fixture
def config():
    return settings.load({})


@dataclass(frozen=True)
class Elsewhere:
    dbt_project: Path


def test_the_rule_book_is_what_the_seeds_generate(config):
    found = rulebook.path_of(config).read_text(encoding="utf-8")
    assert found == rulebook.render(config), "python -m include.cli rulebook"


def test_a_changed_number_changes_the_rule_book(config, tmp_path):
    shutil.copytree(config.dbt_project / "seeds", tmp_path / "seeds")
    path = tmp_path / "seeds" / "rules" / "rule_dormancy_preset.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",一般の通販,180,", ",一般の通販,181,"), encoding="utf-8")
    assert rulebook.render(Elsewhere(tmp_path)) != rulebook.render(config)


def test_every_row_of_every_rule_table_stands_in_it_with_its_basis(config):
    page = rulebook.render(config)
    for name, path in rules.effective_files(config).items():
        assert f"(`{name}`)" in page
        for row in rules.read_rows(path):
            assert row["basis"].replace("|", "\\|") in page, (name, row)


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("reference/states.csv", "state", "states"),
        ("reference/causes.csv", "cause_code", "causes"),
        ("rules/rule_dormancy.csv", "rule_id", "dormancy_rules"),
        ("rules/rule_dormancy.csv", "subtype", "subtypes"),
    ],
)
def test_every_code_has_an_explanation_in_japanese(config, table, column, words):
    explained = yaml.safe_load(rulebook.TEXT.read_text(encoding="utf-8"))[words]
    codes = {row[column] for row in rules.read_rows(config.dbt_project / "seeds" / table)}
    assert sorted(codes - set(explained)) == []


def test_every_table_stands_under_one_topic_at_most():
    topics = yaml.safe_load(rulebook.TEXT.read_text(encoding="utf-8"))["topics"]
    names = [name for tables in topics.values() for name in tables]
    assert len(names) == len(set(names))
