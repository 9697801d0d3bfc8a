"""Rules N03, N29, N46: what an encoding cannot carry is replaced in the open, and nothing runs as a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.publish.encode import GETA, LOOK_ALIKES, fit, guard_formula
from include.publish.exposures import Column, ListSpec
from include.publish.vendor_file import as_text, national_phone, parse_keys, render


@pytest.mark.parametrize(
    ("letter", "printed"),
    [("—", "―"), ("¥", "￥"), ("鷗", "鴎"), ("é", "e"), ("𠮷", "〓"), ("〜", "～"), ("㍿", "株式会社"), ("か\u3099", "が"),
     ("葛\U000e0100", "葛"), ("😀", "〓"), ("\ud800", "〓"), ("ß", "ss")],
)  # fmt: skip
def test_norm_N03_a_letter_outside_cp932_is_printed_as(letter, printed):
    text, changed = fit(letter, "cp932")
    assert text == printed
    assert changed and changed[-1].codepoint in {f"U+{ord(char):04X}" for char in letter}


@pytest.mark.parametrize("letter", ["髙", "﨑", "①", "～", "ｶﾞ", "神", "表", "ソ", "能"])
def test_norm_N03_what_cp932_has_is_left_alone(letter):
    assert fit(letter, "cp932") == (letter, [])


def test_every_look_alike_is_needed_and_can_be_written():
    for letter, printed in LOOK_ALIKES.items():
        assert fit(letter, "cp932")[0] == printed
        assert printed.encode("cp932").decode("cp932") == printed


def test_a_line_break_in_a_cell_becomes_a_space_and_is_reported():
    text, changed = fit("一行目\n二行目", "utf-8")
    assert text == "一行目 二行目" and changed[0].codepoint == "U+000A"


def test_an_unquoted_profile_carries_no_comma_and_no_quote():
    text, changed = fit('A,"B"', "cp932", "none")
    assert text == "A，”B”" and len(changed) == 3


@given(st.text(st.characters(codec=None), max_size=40), st.sampled_from(["cp932", "utf-8"]))
def test_what_comes_back_is_what_was_given_or_the_report_says_so(text, encoding):
    written, changed = fit(text, encoding)
    back = written.encode(encoding).decode(encoding)
    assert back == written
    assert (back == text) == (not changed)
    assert "?" not in written or "?" in text
    assert GETA not in written or GETA in text or changed


@given(st.text(max_size=20), st.sampled_from(["minimal", "all", "none"]), st.sampled_from(["cp932", "utf-8"]))
def test_every_cell_survives_the_file_as_fitted(text, quoting, encoding):
    spec = ListSpec("dm", "publish.x", encoding, "crlf", False, quoting, (
        Column("list_row_id", "管理番号", "id"), Column("name", "氏名", "text"),
    ))  # fmt: skip
    file = render(spec, [{"list_row_id": "r1", "name": text}])
    assert parse_keys(spec, file.data) == ["r1"]
    quote = csv.QUOTE_NONE if quoting == "none" else csv.QUOTE_MINIMAL
    rows = list(csv.reader(io.StringIO(file.data.decode(encoding), newline=""), quoting=quote))
    assert rows[1] == ["r1", guard_formula(fit(text, encoding, quoting)[0])]
    assert not rows[1][1].startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx"])
def test_norm_N46_a_formula_is_neutralised(cell):
    assert guard_formula(cell) == "'" + cell


@pytest.mark.parametrize(
    ("number", "printed"),
    [("+819012345678", "090-1234-5678"), ("0312345678", "03-1234-5678"), ("+81120123456", "0120-123-456"),
     ("+12125550123", "010 1 212-555-0123"), ("=cmd", "cmd")],
)  # fmt: skip
def test_norm_N46_a_phone_is_national_text_and_never_a_formula(number, printed):
    assert national_phone(number) == printed


def test_values_are_written_as_vendors_read_them():
    from datetime import date, datetime
    from decimal import Decimal

    assert as_text("postal", "0600001") == "060-0001"
    assert as_text("date", date(2024, 4, 1)) == "2024-04-01"
    assert as_text("timestamp", datetime(2024, 4, 1, 6)) == "2024-04-01 06:00:00"
    assert as_text("amount", Decimal("1200.00")) == "1200"
    assert as_text("amount", Decimal("12.50")) == "12.50"
    assert [as_text("boolean", value) for value in (True, False, None)] == ["1", "0", ""]


def test_a_broken_file_does_not_parse():
    spec = ListSpec(
        "dm", "x", "cp932", "crlf", False, "minimal", (Column("list_row_id", "管理番号", "id"),) * 2
    )
    with pytest.raises(ValueError, match="line 2"):
        parse_keys(spec, "a,b\r\nc\r\n".encode("cp932"))
    with pytest.raises(UnicodeDecodeError):
        parse_keys(spec, b"\x81\xff")
