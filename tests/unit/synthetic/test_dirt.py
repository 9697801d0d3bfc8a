"""Each kind of dirt lies in the files at its stated rate, and changes the spelling only."""

import json
import re

import pytest

from include.synthetic import dirt
from include.synthetic.plan import RATES

FULL_WIDTH = "[０-９]"
# source, column, how the dirt looks, rule, which cells may carry it (None: all filled ones)
PLANTED = [
    ("eccube_customers", "TEL", FULL_WIDTH, "N15_digits", None),
    ("eccube_customers", "TEL", "[‐―－ーｰ]", "N15_hyphen", None),
    ("eccube_customers", "TEL", r"^[1-9]\d{8,9}$", "N08_zero", None),
    ("eccube_customers", "TEL", '^="', "N08_quote", None),
    ("eccube_customers", "郵便番号", r"^\d{6}$", "N08_zero", None),
    ("eccube_customers", "郵便番号", '^="', "N08_quote", None),
    ("eccube_customers", "郵便番号", "^〒", "N20", None),
    ("eccube_customers", "お名前(セイ)", "[ｦ-ﾟ]", "N23", None),
    ("eccube_customers", "お名前(名)", "様$", "N24_suffix", None),
    ("eccube_customers", "お名前(姓)", "[髙﨑]", "N24_variant", None),
    ("eccube_customers", "お名前(姓)", "〓", "N29", None),
    ("eccube_customers", "お名前(名)", "[ 　]$", "SPACE", None),
    ("eccube_customers", "メールアドレス", "[Ａ-Ｚａ-ｚA-Z]", "N30", None),
    ("eccube_customers", "住所2", "～", "N03", None),
    ("eccube_customers", "誕生日", "^[RHST]|[元０-９年]", "N11", None),
    ("eccube_customers", "ショップ用メモ欄", "\n", "N05", None),
    ("contact_centre_inquiries", "内容", "\n", "N05", None),
    ("contact_centre_inquiries", "受付日時", " 2[4-9]:", "N13", None),
    ("contact_centre_inquiries", "受付日時", r"^\d{5}(\.|$)", "N12", None),
    ("contact_centre_inquiries", "受付日時", r"^\d{4}年|^\d{4}/\d+/\d+ \d+:\d+$", "N10", " 2[4-9]:"),
    ("campaign_contacts", "送信日時", r"^\d{5}(\.|$)", "N12", None),
    ("campaign_contacts", "送信日時", r"^\d{4}/", "N10", None),
]


@pytest.mark.parametrize("source, column, looks, rule, other", PLANTED)
def test_dirt_lies_in_the_file_at_its_rate(tiny, source, column, looks, rule, other):
    cells = [row[column] for row in tiny.rows(source) if row[column]]
    found = sum(bool(re.search(looks, cell)) and not (other and re.search(other, cell)) for cell in cells)
    assert found >= 1
    # rounded up to whole cells; a few rows are written twice
    assert found / len(cells) == pytest.approx(RATES[rule], abs=0.01 + 1 / len(cells))


def test_missing_values_are_half_null_tokens_half_empty(tiny):
    rows = tiny.rows("eccube_customers")
    tokens = sum(row["TEL"] == "000-0000-0000" for row in rows)
    empty = sum(not row["TEL"] for row in rows)
    assert tokens / (tokens + empty) == pytest.approx(RATES["N09"], abs=0.1)
    assert any(row["誕生日"].startswith("1900-01-01") for row in rows)


def test_hand_made_lists_end_in_a_total_and_exports_do_not(tiny):
    for source in ("contact_centre_inquiries", "campaign_contacts"):
        rows = tiny.table(source)
        assert rows[-1][:2] == ["合計", f"{len(rows) - 2}件"]
    assert tiny.table("eccube_orders")[-1][0] != "合計"


@pytest.mark.parametrize("source, key", [("eccube_customers", "会員ID"), ("eccube_orders", "注文詳細ID")])
def test_some_rows_are_written_twice_and_twice_the_same(tiny, source, key):
    rows = tiny.rows(source)
    seen: dict[str, dict[str, str]] = {}
    twice = 0
    for row in rows:
        if row[key] in seen and seen[row[key]] == row:
            twice += 1
        seen.setdefault(row[key], row)
    assert twice / len(rows) == pytest.approx(RATES["N44"], abs=0.002)


def test_unreadable_rows_stay_far_below_what_a_contract_lets_pass(tiny):
    planted = json.loads((tiny.config.truth / "dirt.json").read_text(encoding="utf-8"))
    rejects = {
        source: sum(cell["cells"] for cell in cells if cell["rule"] == "REJECT")
        for source, cells in planted.items()
    }
    assert rejects["eccube_customers"] >= 1 and rejects["eccube_orders"] >= 1
    for source, count in rejects.items():
        assert count / tiny.made.rows_by_source[source] < 0.006


def test_special_characters_that_only_cp932_has_are_there(tiny):
    written = tiny.path("eccube_customers").read_bytes().decode("cp932")
    assert all(sign in written for sign in "①髙﨑～ｱ〓")


@pytest.mark.parametrize(
    "change, clean, dirty",
    [
        (dirt.wareki, "2019-05-01 00:00:00", {"R1.5.1", "令和元年5月1日", "令和元年５月１日"}),
        (dirt.wareki, "1989-01-07 00:00:00", {"S64.1.7", "昭和64年1月7日", "昭和６４年１月７日"}),
        (dirt.excel_serial, "2024-04-01 18:00:00", {"45383.75"}),
        (dirt.excel_serial, "2024-04-01 00:00:00", {"45383"}),
        (dirt.late_night, "2024-04-01 01:30:00", {"2024/03/31 25:30"}),
        (dirt.half_kana, "ガッキュウ", {"ｶﾞｯｷｭｳ"}),
        (dirt.postal_mark, "1000001", {"〒100-0001"}),
        (dirt.other_date, "2024-04-01 09:05:00", {"2024年4月1日(月)", "2024/4/1 9:05"}),
    ],
)
def test_a_change_of_spelling_is_the_one_the_rule_describes(change, clean, dirty):
    assert change(clean) in dirty
