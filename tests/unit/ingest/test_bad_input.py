"""Bad files: one clear message that names file, line, column and rule; kept aside; nothing of them loaded."""

from __future__ import annotations

import pytest

from include import ingest
from tests.unit.ingest.conftest import AS_OF, HEADER, ROW, House, orders_csv

GOOD = f"{HEADER}\n{ROW}\n"

BAD_FILES = {
    "missing_column": (
        GOOD.replace("受注日", "注文の日"),
        "shop/受注_20240401.csv 1行目 列「受注日」: 必須の列がありません (契約 shop.v1 の規則 N06)",
    ),
    "missing_column_under_all_its_names": (
        GOOD.replace("注文ID", "番号"),
        "1行目 列「注文ID」: 必須の列がありません (別名 受注番号 も見つかりません) (契約 shop.v1 の規則 N06)",
    ),
    "undeclared_double_header": (
        GOOD.replace("価格,個数", "価格,価格,個数").replace("100,2", "100,1,2"),
        "1行目 列「価格」: 同じ見出しが 2 回あります (2 回目は 7 列目) (契約 shop.v1 の規則 N06)",
    ),
    "unbalanced_quote": (
        f'{HEADER}\n{ROW}\n2,18,2024-04-01,5,"表示,100,2\n{ROW}\n',
        "3行目: 引用符が閉じていません (契約 shop.v1 の規則 N04)",
    ),
    "empty": (b"", "1行目: 空のファイルです (契約 shop.v1 の規則 C-EMPTY)"),
    "only_spaces": (b"\xef\xbb\xbf \n\n", "1行目: 空のファイルです (契約 shop.v1 の規則 C-EMPTY)"),
    "workbook": (b"PK\x03\x04\x14\x00\x06\x00", "1行目: CSV ではありません。Excel ブックか ZIP です (契約 shop.v1 の規則 C-TYPE)"),
    "login_page": (b"<!DOCTYPE html><html></html>", "1行目: CSV ではありません。HTML か XML です"),
    "binary": (GOOD.encode() + b"\x00\x01", "3行目: CSV ではありません。バイナリの値が入っています"),
    "unreadable_bytes": (GOOD.encode() + b"\xff\xfe\xff", "文字コードが読めません"),
    "another_table": (b"date,visits\n2024-04-01,3\n", "1行目 列「注文ID」: 必須の列がありません"),
    "too_many_bad_rows": (
        f"{HEADER}\n{ROW}\n2,17,昨日,5,a,1,1\n3,17,2024-04-01,99,a,1,1\n",
        "3行目 列「受注日」: 3 行中 2 行が不良で、上限 50.0% を超えました。"
        "例: 3行目の列「受注日」は日付として読めません、4行目の列「状態」は契約の対応表にない値です (契約 shop.v1 の規則 max_bad_ratio)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_one_message_and_kept(house: House, name: str):
    content, says = BAD_FILES[name]
    house.put("shop", "受注_20240401.csv", content)
    house.put("shop", "受注_20240402.csv", orders_csv([2]))

    result = house.load()

    assert result.is_red and result.is_required
    assert len(result.messages) == 1
    assert says in result.messages[0]
    assert result.messages[0].startswith("shop/受注_20240401.csv ")
    assert "ファイルは rejected/shop/files/ に移し、何も取り込んでいません。" in result.messages[0]
    assert house.kept() == ["受注_20240401.csv"]
    assert house.landing() == []
    assert house.rows("select order_id from raw.orders") == [("2",)]
    states = house.rows("select file_name, state from ops.file_ledger order by 1")
    assert states == [("受注_20240401.csv", "rejected"), ("受注_20240402.csv", "loaded")]
    [(reason,)] = house.rows("select reason_ja from ops.rejected_row where rule_id not in ('N10', 'N-MAP')")
    assert reason in result.messages[0]


def test_a_file_whose_name_no_contract_knows_is_refused(house: House):
    house.put("shop", "メモ.txt", "hello")
    result = house.load()
    assert result.is_red
    assert "shop/メモ.txt 契約にない名前のファイルです (契約の名前: 受注*.csv) (契約 shop.v1 の規則 C-NAME)" in result.messages[0]
    assert house.kept() == ["メモ.txt"]


def test_a_folder_without_contract_is_refused_and_holds_nothing_back(house: House):
    house.put("shopp", "受注_20240401.csv", GOOD)
    house.put(".", "置き忘れ.csv", "a,b\n")
    assert ingest.scan(house.settings, AS_OF) == ["_unknown", "shopp"]
    for source, where in (("shopp", "フォルダ landing/shopp"), ("_unknown", "landing 直下")):
        result = house.load(source)
        assert (result.is_red, result.is_required) == (True, False)
        assert f"{where} に対する契約がありません (規則 C-SOURCE)" in result.messages[0]
    assert house.kept("shopp") == ["受注_20240401.csv"]
    assert house.kept("_unknown") == ["置き忘れ.csv"]
    assert house.rows("select count(*) from raw.orders") == [(0,)]


def test_a_truncated_full_delivery_is_stopped_by_the_batch_gate(house: House, real_gate):
    house.put("shop", "受注_20240401.csv", orders_csv(range(1, 11)).replace("2024-04-0", "2024-03-0").replace("2024-04-1", "2024-03-1"))
    assert not house.load().is_red
    house.put("shop", "受注_20240402.csv", orders_csv(range(1, 6)).replace("2024-04-0", "2024-03-0"))
    result = house.load()
    assert result.is_red
    assert "前回の 70% 以上ある" in result.messages[0] and "受注_20240402.csv" in result.messages[0]
    assert house.rows("select count(*) from raw.orders") == [(10,)]
    assert house.kept() == ["受注_20240402.csv"]


def test_a_corrected_file_is_taken_and_the_same_bad_file_is_refused_again(house: House):
    bad = GOOD.replace("受注日", "注文の日")
    messages = []
    for _ in range(2):
        house.put("shop", "受注_20240401.csv", bad)
        result = house.load()
        assert result.is_red
        messages += result.messages
    assert messages[0] == messages[1]
    assert house.rows("select count(*) from ops.file_ledger") == [(1,)]

    house.put("shop", "受注_20240401.csv", GOOD)
    assert not house.load().is_red
    assert house.rows("select order_id from raw.orders") == [("1",)]


def test_a_file_is_taken_once_its_contract_knows_the_column(house: House):
    bad = GOOD.replace("受注日", "注文の日")
    house.put("shop", "受注_20240401.csv", bad)
    assert house.load().is_red
    path = house.settings.contracts_dirs[1] / "shop.v1.yml"
    path.write_text(path.read_text().replace("{from: 受注日,", "{from: [受注日, 注文の日],"))
    house.put("shop", "受注_20240401.csv", bad)
    assert not house.load().is_red
    assert house.rows("select state, rows_loaded from ops.file_ledger") == [("loaded", 1)]


def test_two_bad_files_of_one_name_are_both_kept(house: House):
    for content in (b"", b"PK\x03\x04"):
        house.put("shop", "受注_20240401.csv", content)
        house.load()
    assert len(house.kept()) == 2


def test_bad_rows_within_the_limit_are_listed_for_people_and_masked_in_the_books(house: House):
    house.put("shop", "受注_20240401.csv", f"{HEADER}\n{ROW}\n=2,山田太郎,昨日,5,a,1,1\n3,17,2024-04-01,5,a,1\n{ROW.replace('1,17', '4,17')}\n", "cp932")
    result = house.load()
    assert not result.is_red
    assert (result.rows_in, result.rows_loaded, result.rows_rejected) == (4, 2, 2)
    books = house.rows("select source_row, column_name, value_masked, rule_id from ops.rejected_row order by 1")
    assert books == [(3, "受注日", "〇〇", "N10"), (4, None, "#,##,####-##-##,#,x,#", "N04")]
    page = (house.settings.rejected / "shop" / "2024-04-01.csv").read_bytes()
    assert page.startswith(b"\xef\xbb\xbf")
    text = page.decode("utf-8-sig")
    assert "受注_20240401.csv,3,受注日,昨日,N10,日付として読めません" in text
    assert "'=2,山田太郎,昨日" in text
    assert "山田" not in " ".join(result.messages)


def test_a_broken_source_leaves_the_other_sources_alone(house: House):
    house.put("generic", "customers.csv", "source_customer_id,registered_at\n1,2024-01-01\n")
    house.put("shop", "受注_20240401.csv", b"")
    assert house.load().is_red
    assert not house.load("generic").is_red
    assert house.rows("select count(*) from raw.customers") == [(1,)]


def test_an_optional_source_is_red_without_holding_lists_back(house: House):
    house.put("generic", "products.csv", "name\nx\n")
    result = house.load("generic")
    assert result.is_red and not result.is_required
    house.put("generic", "consents.csv", "name\nx\n")
    assert house.load("generic").is_required
