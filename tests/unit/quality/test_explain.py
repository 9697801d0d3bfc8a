"""The page for data engineers cannot say other limits than the rule table holds."""

from __future__ import annotations

from include import rules, settings
from include.quality import docs, explain
from include.quality.explain import PAGE

ROWS = rules.read_rows(rules.shipped_dir(settings.load()) / "rule_quality.csv")


def test_the_table_of_limits_is_the_rule_table():
    text = PAGE.read_text(encoding="utf-8")
    assert explain.page(text, ROWS) == text, "run: python -m include.quality.explain"


def test_a_changed_limit_makes_the_page_differ():
    text = PAGE.read_text(encoding="utf-8")
    changed = [row | {"allowed": "7"} if row["rule_key"] == "size_factor" else row for row in ROWS]
    assert explain.page(text, changed) != text


def test_every_rule_and_every_suite_is_explained_before_the_table():
    told = PAGE.read_text(encoding="utf-8").split(explain.START)[0]
    assert [key for key in {row["rule_key"] for row in ROWS} if f"`{key}`" not in told] == []
    assert [name for name, word in docs.SUITES.items() if f"**{word} ({name}).**" not in told] == []
