"""Every rule carries its test: with the rule switched off, its own test case fails."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from include.settings import REPO
from tests.unit.dbt import rendered

HERE = Path(__file__).parent
NEVER = re.compile(r"(?!)")
TYPES, INGEST = "include.ingest.types", "include.ingest"
RULES = [f"N{number:02d}" for number in range(1, 47)]
Off = Callable[[pytest.MonkeyPatch], None]


def code(module: str, name: str, off: object) -> Off:
    """What stands for a rule in Python (module, name or Class.name), and what is there when it is off."""

    def switch(patch: pytest.MonkeyPatch) -> None:
        *owner, attribute = name.split(".")
        target = import_module(module)
        patch.setattr(getattr(target, owner[0]) if owner else target, attribute, off)

    return switch


def text(file: str, on: str, off: str) -> Off:
    """What stands for a rule in the SQL of a model or macro file, and what is there when it is off."""
    return lambda patch: patch.setitem(rendered.CHANGES, file, lambda source: source.replace(on, off))


def rule_without(table: str, row: str) -> Off:
    """A rule or reference table without the rows that begin so (a pattern)."""
    pattern = re.compile(rf"^{row}.*\n", re.M)
    return lambda patch: patch.setitem(rendered.CHANGES, table, lambda source: pattern.sub("", source))


@dataclass(frozen=True)
class Switch:
    """One way to switch a rule off, and (the beginning of) the test that must fail then; without one, any test of the rule."""

    rule: str
    off: Off
    fails: str = ""

    @property
    def tests(self) -> str:
        return self.fails or f"test_norm_{self.rule}_"


SWITCHES = [
    Switch("N01", code(f"{INGEST}.decode", "CANDIDATES", ("utf-8",))),
    Switch("N02", code(f"{INGEST}.decode", "CANDIDATES", ("latin-1",))),
    Switch("N03", code(f"{INGEST}.decode", "CANONICAL_SIGNS", {})),
    Switch("N04", code(f"{INGEST}.read", "DELIMITERS", (",",))),
    Switch("N05", code(f"{INGEST}.decode", "_clean", lambda text, encoding: text)),
    Switch("N06", code(f"{INGEST}.headers", "SPACES", NEVER)),
    Switch("N07", code(f"{INGEST}.read", "FOOTER", NEVER)),
    Switch("N08", code(f"{TYPES}.cells", "EXCEL_TEXT", NEVER)),
    Switch("N09", code(f"{TYPES}.cells", "NULL_TOKENS", frozenset())),
    Switch("N10", code(f"{TYPES}.dates", "WESTERN", NEVER)),
    Switch("N11", code(f"{TYPES}.dates", "WAREKI", NEVER)),
    Switch("N12", code(f"{TYPES}.dates", "SERIAL", NEVER)),
    Switch("N13", code(f"{TYPES}.dates", "_to_jst", lambda when: when.replace(tzinfo=None))),
    Switch("N14", code(f"{TYPES}.numbers", "MINUS", NEVER)),
    Switch("N15", code(f"{TYPES}.cells", "HYPHEN_BETWEEN_DIGITS", NEVER)),
    Switch("N16", code(f"{TYPES}.contacts", "_national", lambda text: text)),
    Switch("N17", code(f"{TYPES}.contacts", "EXTENSION", NEVER)),
    Switch("N18", code(f"{TYPES}.contacts", "SEVERAL", NEVER)),
    Switch("N19", rule_without("rule_identity", r"\*,3,"), "test_norm_N19_a_number_of_three_persons"),
    Switch("N20", code(f"{TYPES}.contacts", "read_postal", import_module(f"{TYPES}.codes").read_text)),
    Switch("N21", code(f"{TYPES}.people", "_prefectures", dict)),
    Switch("N22", code(f"{TYPES}.addresses", "MARKS", NEVER)),
    Switch("N22", text("int_identity__household", "coalesce(names.address_key, concat", "coalesce(null, concat"), "test_norm_N22_two_spellings"),
    Switch("N23", code(f"{TYPES}.people", "read_kana", import_module(f"{TYPES}.people").read_name)),
    Switch("N23", rule_without("identity_folds", "kana,"), "test_norm_N23_marks_and_small_letters"),
    Switch("N24", code(f"{TYPES}.people", "HONORIFIC", NEVER)),
    Switch("N24", rule_without("identity_folds", "name,"), "test_norm_N24_variants_of_a_name"),
    Switch("N25", text("addressee", "'御中'", "'様'"), "test_norm_N25_"),
    Switch("N26", code(f"{TYPES}.companies", "_forms", tuple)),
    Switch("N26", rule_without("legal_forms", r"\d"), "test_norm_N26_the_form_of_a_company_is_not_part_of_its_key"),
    Switch("N27", code(f"{TYPES}.people", "trim", lambda text: text.replace("ヤ", "ャ"))),
    Switch("N27", rule_without("identity_folds", "company,"), "test_norm_N27_look_alikes_are_one"),
    Switch("N28", code(f"{TYPES}.codes", "read_corporate_number", import_module(f"{TYPES}.codes").read_text)),
    Switch("N29", rule_without("identity_words", "gaiji,"), "test_norm_N29_a_name_that_cannot_be_printed"),
    Switch("N30", code(f"{TYPES}.contacts", "MAIL", re.compile(""))),
    Switch("N31", code(f"{TYPES}.codes", "YES", frozenset())),
    Switch("N32", code(f"{TYPES}.people", "GENDERS", {})),
    Switch("N33", rule_without("rule_identity_match", "EMAIL,"), "test_norm_N33_the_same_address"),
    Switch("N33", rule_without("rule_identity_match", "PHONE_KANA,"), "test_norm_N33_the_same_number_and_kana"),
    Switch("N33", rule_without("rule_identity_match", "NAME_BIRTH_POSTAL,"), "test_norm_N33_the_same_name_birth"),
    Switch("N33", rule_without("rule_identity_match", "CONTACT_EMAIL,"), "test_norm_N33_contacts_of_one_account_with_the_same_address"),
    Switch("N33", rule_without("rule_identity_match", "CONTACT_PHONE_KANA,"), "test_norm_N33_contacts_of_one_account_with_the_same_direct"),
    Switch("N34", rule_without("rule_identity_match", "CORPORATE_NUMBER,"), "test_norm_N34_the_same_corporate_number"),
    Switch("N34", rule_without("rule_identity_match", "DOMAIN_NAME,"), "test_norm_N34_the_same_domain"),
    Switch("N34", rule_without("rule_identity_match", "NAME_POSTAL,"), "test_norm_N34_the_same_name_and_postal"),
    Switch("N34", text("int_identity__key", "|| branch_key", ""), "test_norm_N34_accounts_without_a_sound_key"),
    Switch("N35", rule_without("rule_identity_match", "MANUAL,"), "test_norm_N35_what_people_decided"),
    Switch("N35", text("int_identity__history", "order by starts.first_known_at,", "order by starts.first_known_at desc,"), "test_norm_N35_a_bridge_record"),
    Switch("N35", text("int_identity__alias", "has_had_own_id = 1", "has_had_own_id = 0"), "test_norm_N35_a_bridge_record"),
    Switch("N36", code(f"{TYPES}.codes", "DELETED", frozenset())),
    Switch("N37", code(f"{INGEST}.ledger", "Ledger.is_loaded", lambda self, delivery: False), "test_norm_N37_the_same_delta_twice"),
    Switch("N37", text("staging", "versions.version_no = 1", "versions.version_no > 0"), "test_norm_N37_deltas_that_overlap"),
    Switch("N38", text("staging", "known_at < {{ as_of_end() }}", "known_at is not null"), "test_norm_N38_"),
    Switch("N39", text("int_activity__order", "and not is_returned", ""), "test_norm_N39_"),
    Switch("N40", code(f"{INGEST}.feeds", "Group._grain", lambda self, cells, name: "c.row_no")),
    Switch("N41", code(f"{INGEST}.feeds", "_without_tax", lambda feed: "")),
    Switch("N42", text("int_identity__record", "where is_gift and", "where not is_gift and"), "test_norm_N42_a_bare_customer_row"),
    Switch("N43", code(f"{TYPES}.codes", "salesforce_18", lambda text: text)),
    Switch("N44", text("staging", "versions.version_no = 1", "versions.version_no > 0"), "test_norm_N44_"),
    Switch("N45", code(f"{INGEST}.feeds", "_limits", lambda name, rule: [])),
    Switch("N46", code(f"{INGEST}.fixfile", "FORMULA_SIGNS", ("\0",))),
]


class Outcomes:
    """What the tests of one rule said."""

    def __init__(self):
        self.failed: list[str] = []
        self.passed: list[str] = []
        self.crashed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            (self.failed if report.failed else self.passed).append(report.nodeid)
        if report.failed and not report.longrepr.reprcrash.message.startswith(("assert", "AssertionError", "Failed: DID NOT RAISE")):
            self.crashed.append(report.longrepr.reprcrash.message)


def files_of(tests: str) -> list[str]:
    return [str(path) for path in sorted(HERE.rglob("test_*.py")) if f"def {tests}" in path.read_text(encoding="utf-8")]


def run(tests: str, tmp_path: Path) -> Outcomes:
    outcomes = Outcomes()
    quiet = ["-q", "-x", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-o", "addopts="]
    pytest.main([*files_of(tests), "-k", tests, f"--basetemp={tmp_path / 'inner'}", *quiet], plugins=[outcomes])
    return outcomes


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: f"{switch.rule} {switch.fails}".strip())
def test_a_rule_switched_off_fails_its_own_test(switch: Switch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    switch.off(monkeypatch)
    outcomes = run(switch.tests, tmp_path)
    assert outcomes.failed and all(switch.tests in test for test in outcomes.failed)
    # in SQL a wrong result, not a broken query; a reader that is off may well refuse the whole file
    assert not (switch.fails and outcomes.crashed)


@pytest.mark.parametrize("tests", ["test_norm_N14_", "test_norm_N34_", "test_norm_N29_"])
def test_with_all_rules_on_the_same_way_of_running_passes(tests: str, tmp_path: Path):
    outcomes = run(tests, tmp_path)
    assert outcomes.passed and not outcomes.failed


def test_a_change_that_changes_nothing_is_no_switch(monkeypatch: pytest.MonkeyPatch):
    text("addressee", "a text that is not there", "")(monkeypatch)
    with pytest.raises(AssertionError, match="changes nothing"):
        rendered.renderer(rendered.AS_OF)


def test_every_rule_of_the_book_has_its_switch_and_its_test():
    assert sorted({switch.rule for switch in SWITCHES}) == RULES
    written = "".join(path.read_text(encoding="utf-8") for path in HERE.rglob("test_*.py"))
    assert sorted(set(re.findall(r"def test_norm_(N\d\d)_", written))) == RULES


def test_every_row_of_the_match_rules_has_its_switch():
    path = REPO / "dbt_project" / "seeds" / "rules" / "rule_identity_match.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["match_rule"] for row in csv.DictReader(file)}
    own = Path(__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'rule_without\("rule_identity_match", "(\w+),"\)', own)) == rows
