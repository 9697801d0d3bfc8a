"""What a contract can say about the form of a file: frills, places, encodings, records over several lines, objects in objects."""

from __future__ import annotations

import pytest

from include.contracts import load_contract
from include.errors import GateStop
from tests.unit.ingest.conftest import House

HEAD = """
source: shop
version: 2
title: 試験
owner: ec-team
source_system: shop
files: ["x*"]
purposes: [marketing]
max_bad_ratio: 1
"""
CITIES = "feeds:\n  - entity: customers\n    columns: {source_customer_id: 会員, city: 町}\n"
FOUND = "select source_customer_id, city from raw.customers order by 1"


@pytest.fixture
def load(house: House):
    def run(head: str, feeds: str, content: str | bytes, name: str = "x_20240401.csv", encoding: str = "utf-8"):
        (house.settings.contracts_dirs[1] / "shop.v2.yml").write_text(HEAD + head + feeds, encoding="utf-8")
        house.put("shop", name, content, encoding)
        return house.load()

    return run


def test_preamble_rows_are_skipped_even_where_they_look_like_a_header(house: House, load):
    text = "会員,町\n出力条件,すべて\n会員,町\na,港区\n"
    assert load("encoding: utf-8\npreamble_rows: 2\n", CITIES, text).rows_rejected == 0
    assert house.rows(FOUND) == [("a", "港区")]


def test_preamble_rows_come_before_the_rows_of_a_file_without_header(house: House, load):
    load("encoding: utf-8\nheader: false\ncolumns: [会員, 町]\npreamble_rows: 1\n", CITIES, "出力,x\na,港区\n")
    assert house.rows(FOUND) == [("a", "港区")]


def test_a_contract_names_its_own_footer(house: House, load):
    load("encoding: utf-8\nfooter: \"以上|\\\\*\\\\*\"\n", CITIES, "会員,町\na,港区\n以上,\n**終わり**,\n")
    assert house.rows(FOUND) == [("a", "港区")]


def test_without_that_footer_the_line_is_a_row(house: House, load):
    load("encoding: utf-8\n", CITIES, "会員,町\na,港区\n以上,\n")
    assert house.rows(FOUND) == [("a", "港区"), ("以上", None)]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_fixed_places_count_a_wide_sign_as_two(house: House, load, encoding):
    head = "encoding: auto\nformat: fixed\nheader: false\nfixed_width: {会員: [1, 4], 町: [5, 12], 備考: [13, 16]}\nignore: [備考]\n"
    result = load(head, CITIES, "a   港区    x\nb   ﾐﾅﾄｸ    y\nc   港区赤坂xyz\nd   港区赤坂xyzt!\n", "x_20240401.txt", encoding)
    assert house.rows(FOUND) == [("a", "港区"), ("b", "ﾐﾅﾄｸ"), ("c", "港区赤坂")]
    assert (result.rows_loaded, result.rows_rejected) == (3, 1)
    assert house.rows("select source_row, rule_id from ops.rejected_row") == [(4, "N04")]


def test_a_files_own_name_decides_its_encoding(house: House, load):
    head = 'encoding: utf-8\nfile_encodings: {"*_sjis*": cp932}\n'
    assert not load(head, CITIES, "会員,町\na,港区\n", "x_sjis_20240401.csv", "cp932").is_red
    assert not load(head, CITIES, "会員,町\nb,中央区\n", "x_20240402.csv").is_red
    assert load(head, CITIES, "会員,町\nc,北区\n", "x_20240403.csv", "cp932").is_red
    assert house.rows(FOUND) == [("a", "港区"), ("b", "中央区")]


@pytest.mark.parametrize("text", ["a,港区\n", "会員,町\na,港区\n", "町,会員\n港区,a\n"])
def test_a_header_that_may_be_there_is_found_or_assumed(house: House, load, text):
    load("encoding: utf-8\nheader: auto\ncolumns: [会員, 町]\n", CITIES, text)
    assert house.rows(FOUND) == [("a", "港区")]


def test_lines_of_a_record_inherit_only_what_the_contract_names(house: House, load):
    head = 'encoding: utf-8\nrecord_start: {column: 印, mark: "*", fill_down: [会員]}\n'
    feeds = "feeds:\n  - entity: life_events\n    columns: {party_id: 会員, code: 出来事, occurred_on: 日, confidence: 確度}\n"
    text = "印,会員,出来事,日,確度\n,,move,2024-01-01,\n*,a,move,2024-01-02,0.5\n,,birth,2024-01-03,\n*,b,birth,2024-01-04,\n"
    result = load(head, feeds, text)
    found = house.rows("select party_id, code, confidence::varchar from raw.life_events order by occurred_on")
    assert found == [("a", "move", "0.500000"), ("a", "birth", None), ("b", "birth", None)]
    assert (result.rows_loaded, result.rows_rejected) == (3, 1)
    assert house.rows("select source_row, rule_id from ops.rejected_row") == [(2, "N40")]


def test_objects_inside_json_lines_are_columns(house: House, load):
    feeds = "feeds:\n  - entity: customers\n    columns: {source_customer_id: Id, city: Address.City}\n"
    load("encoding: utf-8\nformat: jsonl\n", feeds, '{"Id": 1, "Address": {"City": "港区", "Zip": {"a": []}}}\n{"Id": 2, "Address": null}\n')
    assert house.rows(FOUND) == [("1", "港区"), ("2", None)]
    assert house.rows("select extra_json from raw.customers order by source_customer_id") == [('{"Address.Zip.a":"[]"}',), (None,)]


def test_an_id_made_of_cells_does_not_depend_on_case_and_is_none_without_them(house: House, load):
    feeds = 'feeds:\n  - entity: customers\n    columns: {source_customer_id: {hash: [メール, "=mail"]}, city: 町}\n'
    load("encoding: utf-8\n", feeds, "メール,町\nA@b.jp,港区\na@B.jp ,北区\n,西区\n")
    assert house.rows("select count(*), count(distinct source_customer_id), min(length(source_customer_id)) from raw.customers") == [(2, 1, 16)]


def test_several_columns_are_read_as_one(house: House, load):
    feeds = "feeds:\n  - entity: customers\n    columns: {source_customer_id: 会員, phone: {join: [TEL1, TEL2, TEL3]}}\n"
    load("encoding: utf-8\n", feeds, "会員,TEL1,TEL2,TEL3\na,03,1234,5670\nb,,,\n")
    assert house.rows("select source_customer_id, phone from raw.customers order by 1") == [("a", "+81312345670"), ("b", None)]


@pytest.mark.parametrize(
    ("head", "feeds", "says"),
    [
        ("format: fixed\nheader: false\ncolumns: [会員, 町]\n", CITIES, "fixed_width は一緒に"),
        ("header: auto\n", CITIES, "columns に列名"),
        ('footer: "("\n', CITIES, "正規表現"),
        ("", CITIES.replace("町}", "{from: 町, map_seed: {seed: no_such_seed, business: x}}}"), "map_seed の対応表が読めません"),
        ("", CITIES.replace("町}", "{from: 町, map_seed: {seed: disposition_names, business: 知らない業務}}}"), "知らない業務"),
        ("", CITIES.replace("町}", "{from: 町, hash: [会員]}}"), "どれか一つ"),
    ],
)  # fmt: skip
def test_a_contract_that_contradicts_itself_is_told_so(tmp_path, head, feeds, says):
    path = tmp_path / "shop.v2.yml"
    path.write_text(HEAD + head + feeds, encoding="utf-8")
    with pytest.raises(GateStop, match="契約 shop.v2.yml [0-9]+行目") as stop:
        load_contract(path)
    assert says in stop.value.message
