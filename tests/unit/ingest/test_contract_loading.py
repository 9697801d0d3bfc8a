"""Contracts: what is wrong is said with file and line; what is generated is what canonical.yml says."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.contracts import canonical, generate, load_contract, load_contracts
from include.errors import GateStop
from include.settings import REPO
from tests.unit.ingest.conftest import SHOP


@pytest.fixture
def shop(tmp_path: Path):
    def write(*changes: tuple[str, str]) -> Path:
        text = SHOP
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "shop.v1.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def line_of(needle: str, text: str = SHOP) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_every_generated_file_is_what_canonical_says():
    stale = [path.name for path, text in generate.files().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m include.contracts.generate"


def test_every_shipped_contract_loads():
    found = load_contracts([REPO / "include" / "contracts"])
    assert {"generic", "uci_online_retail", "okoshi_lists"} <= set(found)


def test_generic_takes_every_entity_under_its_own_name():
    generic = load_contracts([REPO / "include" / "contracts"])["generic"]
    for entity in canonical().entities:
        assert [feed.entity for feed in generic.feeds_for(f"{entity}_20240401.csv", None)] == [entity]
    orders = next(feed for feed in generic.feeds if feed.entity == "orders")
    assert orders.columns["net_amount"].sources == ("net_amount", "net_jpy")


@pytest.mark.parametrize(
    ("change", "needle", "says"),
    [
        (("owner: ec-team", "owner_name: ec-team"), "owner: ec-team", "知らない項目です (owner_name)"),
        (("mode: full", "mode: whole"), "mode: full", "'whole' は使えません"),
        (("entity: order_lines", "entity: orderlines"), "entity: order_lines", "'orderlines'"),
        (("product_name:", "product_nmae:"), "columns:\n      order_id: {from: [注文ID, 受注番号], id_format: integer}\n      line_no", "product_nmae"),
        (("      ordered_at: {from: 受注日, aggregate: min}\n", ""), "columns:\n", "ordered_at"),
        (('"5": shipped', '"5": sent'), "status:", "sent"),
        (("line_type: {const: goods}", "line_type: {const: good}"), "line_type:", "good"),
        (("{const: goods}", "{const: goods, from: 区分}"), "line_type:", "どれか一つ"),
        (("duplicate_headers:", 'date_in_name: "(\\\\d+)"\nduplicate_headers:'), "duplicate_headers", "(?P<date>"),
    ],
)  # fmt: skip
def test_a_broken_contract_is_refused_with_file_and_line(shop, change, needle, says):
    with pytest.raises(GateStop) as error:
        load_contract(shop(change))
    assert error.value.gate == "contract"
    assert f"shop.v1.yml {line_of(needle)}行目" in error.value.message
    assert says in error.value.message


def test_yaml_that_cannot_be_read_names_its_line(tmp_path):
    path = tmp_path / "shop.v1.yml"
    path.write_text('source: shop\nfiles: ["a"\nversion: 1\n', encoding="utf-8")
    with pytest.raises(GateStop, match="shop.v1.yml 3行目: YAML として読めません"):
        load_contract(path)


def test_the_newest_version_and_the_later_folder_win(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    (ours / "shop.v1.yml").write_text(SHOP, encoding="utf-8")
    (ours / "shop.v2.yml").write_text(SHOP.replace("version: 1", "version: 2"), encoding="utf-8")
    assert load_contracts([ours])["shop"].version == 2
    (theirs / "shop.v1.yml").write_text(SHOP.replace("ec-team", "own-team"), encoding="utf-8")
    assert load_contracts([ours, theirs])["shop"].owner == "own-team"


def test_a_contract_that_changed_on_disk_is_read_again(shop):
    assert load_contract(shop()).owner == "ec-team"
    assert load_contract(shop(("owner: ec-team", "owner: other-team"))).owner == "other-team"


def test_sources_that_decide_who_may_be_contacted_are_required(shop):
    contract = load_contract(shop())
    assert contract.is_required()
    assert not contract.is_required({"order_lines"})
    assert not load_contract(shop(("currency: JPY", "required_for_lists: false"))).is_required()
