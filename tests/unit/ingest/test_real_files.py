"""Real files through contracts: CDNOW by its places, Japan Post's KEN_ALL cell by cell."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from include import ingest
from include.contracts import load_contract
from tests.conftest import settings_for
from tests.unit.ingest.conftest import House
from tests.unit.ingest.test_reading import parse

KEN_ALL = """
source: ken_all
version: 1
title: 郵便番号
owner: data-team
source_system: ken_all
files: ["KEN_ALL*.CSV"]
encoding: auto
header: false
columns: [jis, old_zip, zip, pref_kana, city_kana, town_kana, pref, city, town, f1, f2, f3, f4, f5, f6]
purposes: [analytics]
ignore: [old_zip, pref_kana, city_kana, town_kana, pref, f1, f2, f3, f4, f5, f6]
feeds:
  - entity: customers
    columns: {source_customer_id: jis, postal_code: zip, city: city, address_line1: town}
"""


@pytest.mark.real_data
def test_cdnow_is_read_by_its_places_and_keeps_exact_duplicates(tmp_path: Path, real_data: Path):
    house = House(settings_for(tmp_path / "data"))
    ingest.prepare(house.settings)
    data = (real_data / "cdnow_sample" / "CDNOW_sample.txt").read_bytes()
    house.put("cdnow", "CDNOW_sample.txt", data)
    result = house.load("cdnow")
    assert (result.is_red, result.rows_loaded, result.rows_rejected) == (False, 6919, 0)
    split = [line.split() for line in data.decode().splitlines() if line.strip()]
    expected = sorted((row[0], row[2], Decimal(row[4])) for row in split)
    assert house.rows("select party_id, strftime(ordered_at, '%Y%m%d'), net_amount from raw.orders order by all") == expected
    assert house.rows("select count(distinct party_id), max(known_at) = max(ordered_at) from raw.orders") == [(2357, True)]


@pytest.mark.real_data
def test_ken_all_is_row_exact_in_cp932(tmp_path: Path, real_data: Path):
    path = real_data / "jp_postal" / "KEN_ALL.CSV"
    (tmp_path / "ken_all.v1.yml").write_text(KEN_ALL, encoding="utf-8")
    contract = load_contract(tmp_path / "ken_all.v1.yml")
    data = path.read_bytes()
    parsed = parse(contract, data, "KEN_ALL.CSV")
    expected = list(csv.reader(io.StringIO(data.decode("cp932"), newline="")))
    assert (parsed.rows_in, parsed.bad_rows) == (len(expected), [])
    for name, place in (("jis", 0), ("zip", 2), ("city", 7), ("town", 8)):
        assert parsed.cells[name].to_pylist() == [row[place] for row in expected], name
