"""A new source without code: a drafted contract, a trial that writes nothing, two shipped contracts under other names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from include import cli
from include.contracts import draft, load_contract, load_contracts
from include.errors import GateStop
from include.ingest import dry_run
from include.settings import REPO
from tests.unit.ingest.conftest import HEADER, ROW, House
from tests.unit.ingest.test_shipped_contracts import FIXTURES

AS_OF = date(2024, 4, 10)


def in_contracts_dir(house: House, text: str, source: str) -> Path:
    path = house.settings.contracts_dirs[1] / f"{source}.v1.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_drafted_contract_loads_the_file_it_was_drafted_from(house: House, tmp_path: Path):
    sample = tmp_path / "会員_20240401.csv"
    sample.write_bytes("会員ID,お名前(姓),お名前(名),メールアドレス,登録日,性別(ID)\n1,山田,太郎,a@example.jp,2024-03-01,1\n".encode("cp932"))
    text = draft.draft(house.settings.contracts_dirs, sample, "members")
    in_contracts_dir(house, text, "members")
    house.put("members", sample.name, sample.read_bytes())
    assert not house.load("members").is_red
    assert house.rows("select source_customer_id, family_name, gender from raw.customers") == [("1", "山田", "M")]
    assert "encoding: cp932" in text and "purposes: [analytics]" in text


def test_a_draft_says_what_it_could_not_know(house: House, tmp_path: Path):
    sample = tmp_path / "thing.csv"
    sample.write_text("会員ID,お名前(姓),性別(ID),好きな色\n1,山田,9,赤\n", encoding="utf-8")
    text = draft.draft(house.settings.contracts_dirs, sample)
    assert "entity: customers" in text and "# map に加える値: 9 (使える値: M, F, X)" in text
    assert "extra_json に残ります" in text and text.rstrip().endswith("好きな色")
    assert load_contract(in_contracts_dir(house, text, "thing")).source == "thing"


def test_a_draft_without_a_required_column_names_it(house: House, tmp_path: Path):
    sample = tmp_path / "x.csv"
    sample.write_text("注文ID,商品名,個数,価格\n1,花,1,2\n", encoding="utf-8")
    text = draft.draft(house.settings.contracts_dirs, sample, "x")
    assert "必須の line_no" in text
    with pytest.raises(GateStop, match="必要な列がありません: line_no"):
        load_contract(in_contracts_dir(house, text, "x"))


def test_a_file_that_is_no_text_is_no_sample(house: House, tmp_path: Path):
    sample = tmp_path / "x.csv"
    sample.write_bytes(b"PK\x03\x04...")
    with pytest.raises(GateStop, match="Excel ブックか ZIP です"):
        draft.draft(house.settings.contracts_dirs, sample, "x")


def test_a_trial_says_what_would_load_and_why_not_and_writes_nothing(house: House, tmp_path: Path):
    file = tmp_path / "受注_20240401.csv"
    file.write_text(f"{HEADER}\n{ROW}\n2,17,いつか,5,花,1,1\n{ROW}\n", encoding="utf-8")
    before = sorted(house.settings.data_root.rglob("*"))
    verdict = dry_run.check(house.settings, file, AS_OF, "shop")
    assert (verdict.rows_in, verdict.rows_rejected, verdict.is_ok) == (3, 1, False)
    assert verdict.loaded == {"order_lines": 2, "orders": 1}
    assert any(reason.startswith("3行目 列「受注日」: 日付として読めません (N10)。") for reason in verdict.reasons)
    assert "いつか" not in verdict.render()
    assert sorted(house.settings.data_root.rglob("*")) == before
    assert file.exists() and house.rows("select count(*) from raw.orders") == [(0,)]


def test_a_trial_finds_the_contract_by_the_files_name_or_asks(house: House, tmp_path: Path):
    unknown = tmp_path / "なにか.csv"
    unknown.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(GateStop, match="どの契約の名前にも合いません"):
        dry_run.check(house.settings, unknown, AS_OF)
    several = tmp_path / "受注_20240401.csv"
    several.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    with pytest.raises(GateStop, match="複数の契約"):
        dry_run.check(house.settings, several, AS_OF)
    in_landing = house.put("shop", several.name, several.read_bytes())
    assert dry_run.check(house.settings, in_landing, AS_OF).is_ok


def test_the_front_door_has_both(house: House, tmp_path: Path, capsys, monkeypatch):
    file = tmp_path / "受注_20240401.csv"
    file.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    monkeypatch.setenv("DATA_ROOT", str(house.settings.data_root))
    monkeypatch.setenv("CONTRACTS_DIR", str(house.settings.contracts_dirs[1]))
    assert cli.main(["contract", "check", str(file), "--source", "shop", "--as-of", "2024-04-10"]) == 0
    assert "取り込まれる行 orders: 1" in capsys.readouterr().out
    assert cli.main(["contract", "new", str(file), "--source", "again"]) == 0
    assert "source: again" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("shipped", "new", "file", "fixture", "sql", "rows"),
    [
        ("kintone_customers", "our_app", "顧客管理_20240401.csv", "kintone_customers.v1.table_rows_choices_and_several_numbers.pass.csv",
         "select count(*) from raw.activities", [(2,)]),
        ("smaregi_transactions", "our_till", "取引明細_20240401.csv", "smaregi_transactions.v1.N41_lines_lose_their_own_tax.pass.csv",
         "select count(*) from raw.orders", [(2,)]),
    ],
)  # fmt: skip
def test_a_new_source_is_one_yaml_file(house: House, shipped, new, file, fixture, sql, rows):
    assert new not in load_contracts(house.settings.contracts_dirs)
    text = (REPO / "include" / "contracts" / f"{shipped}.v1.yml").read_text(encoding="utf-8")
    in_contracts_dir(house, text.replace(f"source: {shipped}", f"source: {new}"), new)
    house.put(new, file, (FIXTURES / fixture).read_bytes())
    assert not house.load(new).is_red
    assert house.rows(sql) == rows


def test_no_module_knows_a_source_by_name():
    told = {"shopify", "kintone", "hubspot", "smaregi", "ecforce", "amazon_connect", "cdnow"}
    folders = ("ingest", "contracts", "quality", "publish", "report")
    texts = {path: path.read_text(encoding="utf-8").lower() for name in folders for path in (REPO / "include" / name).rglob("*.py")}
    assert [(path.name, name) for path, text in texts.items() for name in told if name in text] == []
