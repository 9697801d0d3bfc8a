"""Each synthetic source has a contract that names every column of its file."""

import re

import pytest

from include import settings
from include.contracts import load_contracts
from include.synthetic.exports import LAYOUTS


@pytest.fixture(scope="module")
def contracts():
    return load_contracts(settings.load({}).contracts_dirs)


@pytest.mark.parametrize("source", LAYOUTS)
def test_the_contract_reads_or_ignores_every_column_of_its_file(tiny, contracts, source):
    contract = contracts[source]
    seen: dict[str, int] = {}
    header = []
    for name in tiny.table(source)[0]:
        seen[name] = seen.get(name, 0) + 1
        header.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    doubled = {name for name, count in seen.items() if count > 1}
    assert doubled == set(contract.duplicate_headers)
    half_width = [name.replace("（", "(").replace("）", ")") for name in header]
    known = set(contract.known_columns(contract.feeds))
    assert [name for name in half_width if name not in known] == []


@pytest.mark.parametrize("source", LAYOUTS)
def test_the_contract_takes_the_file_by_name_and_finds_its_date(tiny, contracts, source):
    contract, name = contracts[source], tiny.path(source).name
    assert contract.feeds_for(name, None)
    assert re.search(contract.date_in_name, name)["date"] == "20241001"
    assert contract.title and contract.owner and contract.freshness_days and contract.mode == "full"
    assert contract.purposes == ("analytics", "marketing")


def test_every_name_of_a_call_result_in_the_file_is_mapped(tiny, contracts):
    mapped = contracts["call_results"].feeds[0].columns["disposition_code"].map
    names = {row["応対結果"] for row in tiny.rows("call_results")}
    assert len(names) > 5 and names <= set(mapped)
