"""Every shipped contract takes the file it was written for and refuses the one it must refuse, with a sentence that helps."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from include import ingest
from include.settings import REPO
from tests.conftest import settings_for
from tests.unit.ingest.conftest import House

FIXTURES = REPO / "tests" / "fixtures" / "contracts"
EXPECTED = yaml.safe_load((FIXTURES / "expected.yml").read_text(encoding="utf-8"))


@pytest.fixture
def shipped(tmp_path: Path) -> House:
    made = House(settings_for(tmp_path / "data"))
    ingest.prepare(made.settings)
    return made


def plain(value):
    return str(value) if isinstance(value, (date, datetime, Decimal)) else value


@pytest.mark.parametrize("name", EXPECTED)
def test_contract(name: str, shipped: House):
    source, expected = name.split(".v", 1)[0], EXPECTED[name]
    shipped.put(source, expected["file"], (FIXTURES / name).read_bytes())
    result = shipped.load(source)
    if ".fail." in name:
        assert result.rows_loaded == 0 and result.is_red
        assert [says for says in expected["says"] if says not in " ".join(result.messages)] == [], result.messages
        return
    assert (result.is_red, result.rows_rejected) == (False, 0), result.messages
    for check in expected["gives"]:
        assert [[plain(value) for value in row] for row in shipped.rows(check["sql"])] == check["rows"], check["sql"]


def test_every_fixture_is_expected_to_do_something():
    assert {path.name for path in FIXTURES.iterdir()} - {"expected.yml"} == set(EXPECTED)


def test_every_shipped_contract_shows_what_it_takes_and_what_it_refuses():
    shipped = {path.name.split(".v", 1)[0] for path in (REPO / "include" / "contracts").glob("*.v1.yml")}
    for kind in ("pass", "fail"):
        assert {name.split(".v", 1)[0] for name in EXPECTED if f".{kind}." in name} == shipped, kind
