"""Every rule carries its test: with the rule switched off, its own test case fails."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NEVER = re.compile(r"(?!)")
TYPES, INGEST = "include.ingest.types", "include.ingest"
# rule id -> what stands for it in the code (module, name) and what is there when it is off
SWITCHES = {
    "N01": (f"{INGEST}.decode", "CANDIDATES", ("utf-8",)),
    "N02": (f"{INGEST}.decode", "CANDIDATES", ("latin-1",)),
    "N03": (f"{INGEST}.decode", "CANONICAL_SIGNS", {}),
    "N04": (f"{INGEST}.read", "DELIMITERS", (",",)),
    "N05": (f"{INGEST}.decode", "_clean", lambda text, encoding: text),
    "N06": (f"{INGEST}.headers", "SPACES", NEVER),
    "N07": (f"{INGEST}.read", "FOOTER", NEVER),
    "N08": (f"{TYPES}.cells", "EXCEL_TEXT", NEVER),
    "N09": (f"{TYPES}.cells", "NULL_TOKENS", frozenset()),
    "N10": (f"{TYPES}.dates", "WESTERN", NEVER),
    "N11": (f"{TYPES}.dates", "WAREKI", NEVER),
    "N12": (f"{TYPES}.dates", "SERIAL", NEVER),
    "N13": (f"{TYPES}.dates", "_to_jst", lambda when: when.replace(tzinfo=None)),
    "N14": (f"{TYPES}.numbers", "MINUS", NEVER),
    "N15": (f"{TYPES}.cells", "HYPHEN_BETWEEN_DIGITS", NEVER),
    "N16": (f"{TYPES}.contacts", "_national", lambda text: text),
    "N17": (f"{TYPES}.contacts", "EXTENSION", NEVER),
    "N18": (f"{TYPES}.contacts", "SEVERAL", NEVER),
    "N20": (f"{TYPES}.contacts", "read_postal", import_module(f"{TYPES}.codes").read_text),
    "N21": (f"{TYPES}.people", "_prefectures", dict),
    "N22": (f"{TYPES}.addresses", "MARKS", NEVER),
    "N23": (f"{TYPES}.people", "read_kana", import_module(f"{TYPES}.people").read_name),
    "N24": (f"{TYPES}.people", "HONORIFIC", NEVER),
    "N26": (f"{TYPES}.companies", "_SPELLINGS", []),
    "N27": (f"{TYPES}.people", "trim", lambda text: text.replace("ヤ", "ャ")),
    "N28": (f"{TYPES}.codes", "read_corporate_number", import_module(f"{TYPES}.codes").read_text),
    "N30": (f"{TYPES}.contacts", "MAIL", re.compile("")),
    "N31": (f"{TYPES}.codes", "YES", frozenset()),
    "N32": (f"{TYPES}.people", "GENDERS", {}),
    "N36": (f"{TYPES}.codes", "DELETED", frozenset()),
    "N40": (f"{INGEST}.feeds", "Group._grain", lambda self, cells, name: "c.row_no"),
    "N41": (f"{INGEST}.feeds", "_without_tax", lambda feed: ""),
    "N43": (f"{TYPES}.codes", "salesforce_18", lambda text: text),
    "N45": (f"{INGEST}.feeds", "_limits", lambda name, rule: []),
    "N46": (f"{INGEST}.rejected", "FORMULA_SIGNS", ("\0",)),
}
# rules that live in SQL: the macro or model that carries them has unit tests of its own
IN_SQL = {"N19", "N25", "N33", "N34", "N35", "N44"}


class Outcomes:
    """What the tests of one rule said."""

    def __init__(self):
        self.failed: list[str] = []
        self.passed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            (self.failed if report.failed else self.passed).append(report.nodeid)


def files_of(rule: str) -> list[str]:
    return [str(path) for path in sorted(HERE.glob("test_*.py")) if f"def test_norm_{rule}_" in path.read_text(encoding="utf-8")]


def run_tests_of(rule: str, tmp_path: Path) -> Outcomes:
    outcomes = Outcomes()
    quiet = ["-q", "-x", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-o", "addopts="]
    pytest.main([*files_of(rule), "-k", f"test_norm_{rule}_", f"--basetemp={tmp_path / 'inner'}", *quiet], plugins=[outcomes])
    return outcomes


@pytest.mark.parametrize("rule", SWITCHES)
def test_a_rule_switched_off_fails_its_own_test(rule: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    module, name, off = SWITCHES[rule]
    *owner, attribute = name.split(".")
    target = import_module(module)
    monkeypatch.setattr(getattr(target, owner[0]) if owner else target, attribute, off)
    assert run_tests_of(rule, tmp_path).failed


def test_with_all_rules_on_the_same_way_of_running_passes(tmp_path: Path):
    outcomes = run_tests_of("N14", tmp_path)
    assert outcomes.passed and not outcomes.failed


def test_every_rule_with_a_test_has_its_switch():
    text = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))
    assert set(re.findall(r"def test_norm_(N\d\d)_", text)) - IN_SQL == set(SWITCHES)
