"""Rejected rows come back corrected: they load once, their refusals are answered, the page no longer lists them."""

from __future__ import annotations

import csv
import gzip
import io
import stat
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from include import ingest
from include.ingest import fixfile, rejected
from tests.unit.ingest.conftest import HEADER, House

DAY = "受注_20240401.csv"
GOOD = "1,17,2024-04-01 10:00:00,5,a,100,1"
GOODS = [GOOD.replace("1,17", f"{number},17") for number in range(20, 24)]
BAD = "2,17,昨日,5,b,200,2"
STATES = "select source_row, rule_id, state, resolved_by is not null from ops.rejected_row order by 1, 2, 3"


def deliver(house: House, *lines: str, name: str = DAY, header: str = HEADER, as_of: date | None = None):
    house.put("shop", name, "\n".join([header, *lines]) + "\n")
    return house.load(**({"as_of": as_of} if as_of else {}))


def folder(house: House, source: str = "shop") -> Path:
    return house.settings.rejected / source


def fix_of(house: House, source: str = "shop") -> Path:
    [path] = folder(house, source).glob(f"*{fixfile.ENDING}")
    return path


def table_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def as_excel(table: list[list[str]], encoding: str = "cp932") -> bytes:
    """Saved from Excel: what it showed of a cell is what is saved."""
    shown = [[cell[2:-1] if cell.startswith('="') else cell for cell in row] for row in table]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(shown)
    return buffer.getvalue().encode(encoding)


def correct(house: House, *changes: tuple[str, str], name: str = "直しました.csv", source: str = "shop", encoding: str = "cp932"):
    """Change cells of the 「直す行」 file as Excel would save it, and drop it into landing."""
    table = table_of(fix_of(house, source))
    for old, new in changes:
        assert any(old in row for row in table), f"{old} is not in the file"
        table = [[new if cell == old else cell for cell in row] for row in table]
    house.put(source, name, as_excel(table, encoding))
    return house.load(source)


def page(house: House) -> list[list[str]]:
    return table_of(folder(house) / "2024-04-01.csv")


# -- what people find --------------------------------------------------------------------------------


def test_the_page_names_file_line_column_value_rule_reason_remedy_and_the_file_to_correct(house: House):
    deliver(house, GOOD, BAD)
    assert page(house) == [
        list(rejected.HEADER),
        [
            DAY, "3", "受注日", "昨日", "N10", "日付として読めません",
            "YYYY-MM-DD で出し直すか、契約の列に formats を指定してください", "2024-04-01_受注_20240401_直す行.csv", BAD,
        ],
    ]  # fmt: skip
    head, row = table_of(fix_of(house))
    assert head == ["okoshi_row", "直すところ", *HEADER.split(",")]
    assert row[1:] == ["受注日: 日付として読めません", "2", "17", "昨日", "5", "b", "200", "2"]


def test_pages_are_for_excel_and_for_their_owner_alone(house: House):
    deliver(house, GOOD, BAD)
    for path in folder(house).glob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_values_stay_in_the_page_and_are_masked_in_the_books(house: House):
    deliver(house, GOOD, "2,17,山田太郎,5,b,200,2")
    assert page(house)[1][3] == "山田太郎"
    assert house.rows("select value_masked from ops.rejected_row") == [("〇〇〇〇",)]


def test_a_file_refused_whole_names_the_file_to_correct(house: House):
    deliver(house, GOOD, BAD, "3,17,昨日,5,c,1,1")
    assert {(row[2], row[3], row[7]) for row in page(house)[1:]} == {
        ("受注日", "昨日", f"files/{DAY}"),
    }
    assert list(folder(house).glob(f"*{fixfile.ENDING}")) == []


# -- what comes back ---------------------------------------------------------------------------------


def test_a_corrected_row_loads_and_its_refusal_is_answered(house: House):
    deliver(house, GOOD, BAD)
    result = correct(house, ("昨日", "2024/4/1 11:00"))
    assert (result.is_red, result.rows_in, result.rows_loaded) == (False, 1, 1)
    assert result.messages == ["shop: 直しました.csv の直された 1 行のうち 1 行を取り込みました。"]
    assert house.rows("select order_id, ordered_at, source_file, source_row from raw.orders order by 1") == [
        ("1", datetime(2024, 4, 1, 10), DAY, 2),
        ("2", datetime(2024, 4, 1, 11), DAY, 3),
    ]
    [(root, fix)] = house.rows("select corrects, delivery_id from ops.file_ledger where corrects is not null")
    assert house.rows("select delivery_id, state, resolved_by from ops.rejected_row") == [(root, "corrected", fix)]
    assert sorted(path.name for path in folder(house).iterdir()) == []
    assert house.landing() == []


def test_a_correction_is_known_when_its_delivery_was_and_comes_after_it(house: House):
    """So that it never overtakes a newer version of the same order."""
    deliver(house, GOOD, BAD)
    house.put("shop", "受注_20240403.csv", f"{HEADER}\n2,17,2024-04-01 11:00:00,3,b,200,2\n")
    house.load()
    correct(house, ("昨日", "2024-04-01 11:00"))
    versions = house.rows("select status, known_at::date from raw.orders where order_id = '2' order by known_at, delivery_sequence")
    assert versions == [("shipped", date(2024, 4, 1)), ("cancelled", date(2024, 4, 3))]


def test_a_correction_is_no_full_delivery(house: House):
    """Nobody is missing from it, and the next full is not measured against it."""
    deliver(house, GOOD, BAD)
    correct(house, ("昨日", "2024-04-01"))
    assert house.rows("select mode, business_date from ops.file_ledger where corrects is not null") == [("delta", date(2024, 4, 1))]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig", "utf-16"])
def test_the_same_rows_a_second_time_are_a_no_op_however_they_were_saved(house: House, encoding: str):
    deliver(house, GOOD, BAD)
    table = [[cell.replace("昨日", "2024-04-01") for cell in row] for row in table_of(fix_of(house))]
    correct(house, ("昨日", "2024-04-01"))
    before = [house.rows(f"select * from {name} order by all") for name in ("raw.orders", "raw.order_lines", "ops.file_ledger")]
    house.put("shop", "もう一度.csv", as_excel(table, encoding))
    result = house.load()
    assert (result.rows_in, result.is_red, house.landing()) == (0, False, [])
    assert "取り込み済み" in result.messages[0]
    assert [house.rows(f"select * from {name} order by all") for name in ("raw.orders", "raw.order_lines", "ops.file_ledger")] == before


def test_a_row_that_is_still_wrong_is_rejected_again_with_the_last_words_of_its_people(house: House):
    deliver(house, GOOD, "1x,17,2024-04-01,5,a,100,1", BAD, "3,17,おととい,5,c,1,1", GOOD.replace("1,17", "9,17"))
    result = correct(house, ("昨日", "あした"), ("おととい", "2024-04-01"))
    assert (result.is_red, result.rows_in, result.rows_loaded, result.rows_rejected) == (False, 2, 1, 1)
    assert house.rows(STATES) == [(4, "N10", "open", False), (4, "N10", "superseded", True), (5, "N10", "corrected", True)]
    assert [(row[1], row[3]) for row in page(house)[1:]] == [("4", "あした")]
    assert [row[4] for row in table_of(fix_of(house))[1:]] == ["あした"]
    correct(house, ("あした", "2024-04-02"))
    assert house.rows("select count(*) from raw.orders") == [(5,)]
    assert not (folder(house) / "2024-04-01.csv").exists()


def test_an_order_comes_again_with_all_its_lines(house: House):
    """A new version of an order replaces all its lines: the corrected one must not stand alone."""
    deliver(house, "7,17,2024-04-01,5,a,100,1", "7,17,2024-04-01,5,b,ただ,1", "7,17,2024-04-01,5,c,300,1", GOOD)
    result = correct(house, ("ただ", "200"))
    assert result.messages == [
        "shop: 直しました.csv の直された 1 行のうち 1 行を取り込みました。 同じ記録の 2 行も一緒に取り込み直しました。"
    ]
    [(newest,)] = house.rows("select arg_max(delivery_id, delivery_sequence) from raw.orders where order_id = '7'")
    lines = house.rows(f"select line_no, product_name, net_amount from raw.order_lines where delivery_id = '{newest}' order by 1")
    assert [(n, name, int(net)) for n, name, net in lines] == [(1, "a", 100), (2, "b", 200), (3, "c", 300)]


def test_a_second_correction_of_one_order_keeps_the_first(house: House):
    deliver(house, "7,17,2024-04-01,5,a,ただ,1", "7,17,2024-04-01,5,b,無料,1", "7,17,2024-04-01,5,c,300,1", GOOD)
    assert correct(house, ("ただ", "100"), name="一回目.csv").rows_rejected == 1
    correct(house, ("無料", "200"), name="二回目.csv")
    [(newest,)] = house.rows("select arg_max(delivery_id, delivery_sequence) from raw.orders where order_id = '7'")
    lines = house.rows(f"select product_name, net_amount from raw.order_lines where delivery_id = '{newest}' order by line_no")
    assert [(name, int(net)) for name, net in lines] == [("a", 100), ("b", 200), ("c", 300)]


def test_of_one_row_corrected_twice_in_one_file_the_last_counts(house: House):
    deliver(house, GOOD, BAD)
    head, row = table_of(fix_of(house))
    house.put("shop", "直しました.csv", as_excel([head, [*row[:4], "2024-04-01", *row[5:]], [*row[:4], "2024-04-02", *row[5:]]]))
    result = house.load()
    assert (result.rows_in, result.rows_loaded, result.rows_superseded) == (2, 1, 1)
    assert house.rows("select ordered_at::date from raw.orders where order_id = '2'") == [(date(2024, 4, 2),)]


def test_norm_N08_what_a_spreadsheet_would_reshape_comes_back_as_it_was(house: House):
    deliver(house, GOOD, "000123,0017,昨日,5,1-2,0200,2")
    shown = table_of(fix_of(house))[1]
    assert [shown[2], shown[3], shown[6]] == ['="000123"', '="0017"', '="1-2"']
    correct(house, ("昨日", "2024-04-01"))
    assert house.rows("select product_name from raw.order_lines where source_row = 3") == [("1-2",)]


def test_norm_N46_the_page_runs_no_formula_and_the_cell_comes_back_without_its_guard(house: House):
    deliver(house, GOOD, '2,17,昨日,5,"=HYPERLINK(""x"")",200,2')
    assert table_of(fix_of(house))[1][6] == "'=HYPERLINK(\"x\")"
    correct(house, ("昨日", "2024-04-01"))
    assert house.rows("select product_name from raw.order_lines where source_row = 3") == [('=HYPERLINK("x")',)]


def test_a_row_with_too_few_cells_is_corrected_too(house: House):
    deliver(house, GOOD, "2,17,2024-04-01,5,b", GOOD.replace("1,17", "3,17"))
    head, row = table_of(fix_of(house))
    assert row[2:] == ["2", "17", '="2024-04-01"', "5", "b", "", ""]
    house.put("shop", "直しました.csv", as_excel([head, [*row[:-2], "200", "2"]]))
    assert house.load().rows_loaded == 1
    assert house.rows("select qty from raw.order_lines where source_row = 3") == [(2,)]


JSON_CONTRACT = """
source: pbx
version: 1
title: 通話
owner: cc
source_system: pbx
files: ["*.jsonl"]
mode: delta
format: jsonl
encoding: utf-8
purposes: [marketing]
max_bad_ratio: 1
feeds:
  - entity: calls
    columns:
      call_id: {from: ContactId, required: true}
      started_at: Queue.Start
      direction: {const: inbound}
"""


def test_rows_of_a_json_file_are_corrected_in_a_table(house: House):
    (house.settings.contracts_dirs[1] / "pbx.v1.yml").write_text(JSON_CONTRACT, encoding="utf-8")
    good, bad = '{"ContactId": "a", "Queue": {"Start": "2024-04-01T01:00:00Z"}}', '{"ContactId": "b", "Queue": {"Start": "今朝"}}'
    house.put("pbx", "calls_20240401.jsonl", f"{good}\n{bad}\n{{\n")
    assert house.load("pbx").rows_rejected == 2
    rows = table_of(folder(house, "pbx") / "2024-04-01.csv")
    assert [(row[1], row[3], row[7]) for row in rows[1:]] == [
        ("2", "今朝", "2024-04-01_calls_20240401_直す行.csv"),
        ("3", "", rejected.WHOLE),
    ]
    correct(house, ("今朝", "2024-04-01 10:30"), source="pbx")
    assert house.rows("select call_id, started_at from raw.calls order by 1") == [
        ("a", datetime(2024, 4, 1, 10)),
        ("b", datetime(2024, 4, 1, 10, 30)),
    ]


# -- what is not taken -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("okoshi_row,", "okoshi_row2,", "1 列目が okoshi_row ではありません"),
        ("受注日", "日付", "列「受注日」: 元の列がありません"),
        ("\r\nr", "\r\nx", "2行目 列「okoshi_row」: どの行を直したものか分かりません"),
        ("-3,", "-3,,,,,,,,,,余分", "見出しより多くの値があります"),
    ],
)
def test_a_file_that_no_longer_says_which_rows_it_holds_is_refused_and_holds_no_list_back(house: House, old, new, says):
    deliver(house, GOOD, BAD)
    text = fix_of(house).read_bytes().decode("utf-8-sig")
    assert old in text
    house.put("shop", "直しました.csv", text.replace(old, new, 1))
    result = house.load()
    assert (result.is_red, result.is_required) == (True, False)
    assert says in result.messages[0] and "直しました.csv" in result.messages[0]
    assert house.rows("select state from ops.rejected_row where source_row = 3") == [("open",)]
    assert house.rows("select count(*) from raw.orders") == [(1,)]
    assert house.kept() == ["直しました.csv"]


def test_rows_of_another_source_are_refused(house: House):
    deliver(house, GOOD, BAD)
    text = fix_of(house).read_bytes().decode("utf-8-sig")
    house.put("generic", "直しました.csv", text)
    result = house.load("generic")
    assert result.is_red and "どの納品の行か、記録にありません" in result.messages[0]


def test_rows_of_two_files_are_refused(house: House):
    deliver(house, GOOD, BAD)
    text = fix_of(house).read_bytes().decode("utf-8-sig")
    house.put("shop", "直しました.csv", text + f"r{'0' * 16}-3,,2,17,x,5,b,1,1\r\n")
    result = house.load()
    assert result.is_red and "2 つ以上のファイルの行が混ざっています" in result.messages[0]


# -- a whole corrected file --------------------------------------------------------------------------


def test_a_corrected_file_of_the_same_date_answers_the_refusals_of_the_first(house: House):
    deliver(house, GOOD, BAD)
    deliver(house, GOOD, BAD.replace("昨日", "2024-04-01"))
    assert house.rows(STATES) == [(3, "N10", "superseded", True)]
    assert not (folder(house) / "2024-04-01.csv").exists()
    assert house.rows("select distinct order_id from raw.orders order by 1") == [("1",), ("2",)]


def test_a_corrected_file_answers_the_refusal_of_a_whole_file(house: House):
    deliver(house, GOOD, header=HEADER.replace("受注日", "日付"))
    assert len(page(house)) == 2
    deliver(house, GOOD)
    assert not (folder(house) / "2024-04-01.csv").exists()
    assert house.rows("select state from ops.rejected_row") == [("superseded",)]


def test_an_undated_file_of_the_same_name_answers_it_on_another_day(house: House):
    deliver(house, GOOD, BAD, name="受注.csv", as_of=date(2024, 4, 2))
    deliver(house, GOOD, BAD.replace("昨日", "2024-04-01"), name="受注.csv", as_of=date(2024, 4, 5))
    assert house.rows(STATES) == [(3, "N10", "superseded", True)]
    assert list(folder(house).glob("*.csv")) == []


def test_a_refused_name_is_answered_by_the_same_content_under_the_right_name(house: House):
    deliver(house, GOOD, name="20240401.csv")
    deliver(house, GOOD)
    assert house.rows("select rule_id, state from ops.rejected_row") == [("C-NAME", "superseded")]


def test_the_delta_of_another_hour_and_the_file_of_another_day_answer_nothing(house: House):
    deliver(house, GOOD, BAD, name="受注_delta_20240401100000.csv")
    deliver(house, GOOD.replace("1,17", "5,17"), name="受注_delta_20240401110000.csv")
    deliver(house, GOOD.replace("1,17", "6,17"), name="受注_delta_20240402100000.csv")
    assert house.rows(STATES) == [(3, "N10", "open", False)]
    deliver(house, GOOD, BAD.replace("昨日", "2024-04-01"), name="受注_delta_20240401100000.csv")
    assert house.rows(STATES) == [(3, "N10", "superseded", True)]


def test_a_refused_file_answers_nothing(house: House):
    deliver(house, GOOD, BAD)
    deliver(house, GOOD, header=HEADER.replace("受注日", "日付"))
    assert ("N10", "open") in house.rows("select rule_id, state from ops.rejected_row")


def test_after_a_whole_corrected_file_the_rows_of_the_first_are_no_longer_taken(house: House):
    deliver(house, GOOD, BAD)
    table = table_of(fix_of(house))
    deliver(house, GOOD, BAD.replace("昨日", "2024-04-01"))
    before = house.table("orders")
    house.put("shop", "直しました.csv", as_excel([[cell.replace("昨日", "2024-03-31") for cell in row] for row in table]))
    assert "取り込み済み" in house.load().messages[0]
    assert house.table("orders") == before


# -- killed and rebuilt ------------------------------------------------------------------------------


def test_a_kill_after_the_commit_and_a_rerun_load_a_correction_once(house: House, monkeypatch):
    deliver(house, GOOD, BAD)
    with monkeypatch.context() as patch:
        patch.setattr(rejected, "regenerate", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            correct(house, ("昨日", "2024-04-01"))
    assert (folder(house) / "2024-04-01.csv").exists() and house.landing() == ["直しました.csv"]
    house.load()
    assert not (folder(house) / "2024-04-01.csv").exists() and house.landing() == []
    assert house.rows("select count(*) from raw.orders") == [(2,)]


def test_a_rebuild_makes_corrections_and_their_answers_again(house: House):
    deliver(house, "7,17,2024-04-01,5,a,ただ,1", "7,17,2024-04-01,5,b,無料,1", GOOD, BAD, *GOODS)
    correct(house, ("ただ", "100"), name="一回目.csv")
    deliver(house, GOOD.replace("1,17", "9,17"), name="受注_20240402.csv")
    correct(house, ("無料", "200"), name="二回目.csv")
    books = [
        "select * exclude (run_id, committed_at) from ops.file_ledger order by delivery_id",
        "select * from ops.rejected_row order by all",
        "select * from raw.orders order by all",
        "select * from raw.order_lines order by all",
    ]
    before, pages = [house.rows(sql) for sql in books], {p.name: p.read_bytes() for p in folder(house).glob("*.csv")}
    house.settings.warehouse.unlink()
    ingest.rebuild(house.settings, date(2025, 1, 1), "again")
    assert [house.rows(sql) for sql in books] == before
    assert {p.name: p.read_bytes() for p in folder(house).glob("*.csv")} == pages


# -- packed ------------------------------------------------------------------------------------------


def packed(name: str, files: dict[str, bytes]) -> bytes:
    if name.endswith(".gz"):
        [data] = files.values()
        return gzip.compress(data)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for inside, data in files.items():
            archive.writestr(inside, data)
    return out.getvalue()


def corrected_bytes(house: House) -> bytes:
    return as_excel([[cell.replace("昨日", "2024-04-01") for cell in row] for row in table_of(fix_of(house))])


@pytest.mark.parametrize("name", ["直しました.zip", "直しました.csv.gz", "直しました.gz"])
def test_corrected_rows_that_come_packed_load_once(house: House, name: str):
    deliver(house, GOOD, BAD)
    data = corrected_bytes(house)
    house.put("shop", name, packed(name, {"直しました.csv": data}))
    result = house.load()
    assert (result.rows_loaded, result.is_red, house.landing()) == (1, False, [])
    assert house.rows(STATES) == [(3, "N10", "corrected", True)]
    before = house.rows("select * from raw.orders order by all")
    for again, content in ((name, packed(name, {"直しました.csv": data})), ("平ら.csv", data), ("別.zip", packed("z", {"x.csv": data}))):
        house.put("shop", again, content)
        result = house.load()
        assert (result.rows_in, result.is_red, house.landing()) == (0, False, [])
        assert "取り込み済み" in result.messages[0]
    assert house.rows("select * from raw.orders order by all") == before
    assert not list(house.settings.work.rglob("*"))


def test_corrected_rows_packed_with_a_delivery_load_beside_it(house: House):
    deliver(house, GOOD, BAD)
    files = {"直し.csv": corrected_bytes(house), "受注_20240402.csv": f"{HEADER}\n{GOOD.replace('1,17', '9,17')}\n".encode()}
    house.put("shop", "まとめ.zip", packed("z", files))
    result = house.load()
    assert (result.rows_loaded, result.is_red, house.landing()) == (2, False, [])
    assert [key for (key,) in house.rows("select distinct order_id from raw.orders order by 1")] == ["1", "2", "9"]


def test_a_package_of_rows_that_no_longer_say_whose_they_are_is_refused_and_holds_no_list_back(house: House):
    deliver(house, GOOD, BAD)
    house.put("shop", "直し.zip", packed("z", {"直し.csv": corrected_bytes(house).replace(b"r", b"q")}))
    result = house.load()
    assert (result.is_red, house.landing()) == (True, [])


def test_a_rebuild_makes_packed_corrections_again(house: House):
    deliver(house, GOOD, BAD)
    house.put("shop", "直し.zip", packed("z", {"直し.csv": corrected_bytes(house)}))
    house.load()
    before = house.table("orders")
    ingest.rebuild(house.settings, date(2024, 4, 10), "rebuild")
    assert house.table("orders") == before


@pytest.mark.parametrize("torn", [";;", "\t", "||"])
def test_a_torn_row_of_another_files_delimiters_is_a_row_without_cells(house: House, torn: str):
    result = deliver(house, *GOODS, torn)
    assert not result.is_red
    assert house.rows("select source_row, rule_id from ops.rejected_row") == [(6, "N04")]
    assert table_of(fix_of(house))[-1][-1:] == [""]
