"""The normalisation table, by rule id: what goes in, what must come out."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest

from include.ingest import decode
from include.ingest.headers import key
from include.ingest.problems import BadFile
from include.ingest.rejected import harmless
from include.ingest.types import codes, contacts, dates, numbers, people
from include.ingest.types.cells import narrow

ALIASES = frozenset({"名前", "会員id"})


def read_text(data: bytes, encodings: tuple[str, ...], known: frozenset[str]) -> tuple[str, str]:
    """The text of a file and the encoding it was in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(data)
        encoding = decode.detect(path, encodings, known)
        return "".join(decode.pieces(path, encoding)), encoding


def test_norm_N01_nec_signs_are_read_as_cp932():
    text, encoding = read_text(b"\x87\x40,\x8f\x5c\n", ("auto",), frozenset())
    assert (text, encoding) == ("①,十\n", "cp932")


def test_norm_N01_euc_is_chosen_by_its_header():
    text, encoding = read_text("名前,会員ID\n日本,1\n".encode("euc_jp"), ("auto",), ALIASES)
    assert (text, encoding) == ("名前,会員ID\n日本,1\n", "euc_jp")


def test_norm_N01_two_readings_without_a_known_header_reject_the_file():
    data = "カタカナ\n".encode("euc_jp")
    data.decode("cp932")  # both readings exist
    with pytest.raises(BadFile, match="文字コードを特定できません") as error:
        read_text(data, ("auto",), frozenset())
    assert "encoding を指定してください" in error.value.fix


def test_norm_N01_half_width_kana_in_cp932_is_not_euc():
    assert read_text("ﾃｽﾄ,名前\n".encode("cp932"), ("auto",), ALIASES) == ("ﾃｽﾄ,名前\n", "cp932")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp"])
def test_norm_N01_each_encoding_gives_the_same_text(encoding):
    assert read_text("名前,会員ID\n表 能,1\n".encode(encoding), ("auto",), ALIASES)[0] == "名前,会員ID\n表 能,1\n"


def test_norm_N01_a_broken_byte_names_its_line():
    with pytest.raises(BadFile) as error:
        read_text(b"a,b\n1,2\n\xff\xff,3\n", ("utf-8",), frozenset())
    assert error.value.line == 3


def test_norm_N03_wave_dash_has_one_form():
    expected = "10時～12時"
    assert read_text("10時〜12時".encode(), ("auto",), frozenset())[0] == expected
    assert read_text("10時～12時".encode("cp932"), ("cp932",), frozenset())[0] == expected
    assert read_text("10時〜12時".encode("euc_jp"), ("euc_jp",), frozenset())[0] == expected


@pytest.mark.parametrize(
    ("cell", "name"),
    [("\ufeff会員ＩＤ", "会員ID"), ("お名前（姓）", "お名前(姓)"), (" お名前(姓)\n", "お名前(姓)"), ("Customer ID", "CustomerID")],
)
def test_norm_N06_spellings_of_a_header_are_one(cell, name):
    assert key(cell) == key(name)


def test_norm_N08_excel_wrapping_comes_off():
    assert codes.read_id('="0312"').value == "0312"
    assert codes.read_id("'9013808660771").value == "9013808660771"


def test_norm_N08_lost_zeros_come_back():
    assert contacts.read_postal("601234").value == "0601234"
    assert contacts.read_phone("9012345670").value == "+819012345670"


@pytest.mark.parametrize("read", [contacts.read_phone, contacts.read_postal, lambda raw: codes.read_id(raw, "integer")])
def test_norm_N08_a_number_that_lost_digits_is_rejected(read):
    assert read("9.01235E+09").reject == "N08"


@pytest.mark.parametrize("token", ["-", "―", "なし", "不明", "NULL", "#N/A"])
def test_norm_N09_words_for_nothing_are_nothing_and_are_kept_as_original(token):
    cell = codes.read_text(token)
    assert (cell.value, cell.reject, cell.is_lossy) == (None, None, True)


@pytest.mark.parametrize(
    ("read", "token"),
    [
        (dates.read_date, "0000/00/00"), (dates.read_date, "1900/01/01"), (dates.read_timestamp, "1900-01-01 00:00:00"),
        (contacts.read_phone, "000-0000-0000"), (contacts.read_email, "dummy@example.com"), (contacts.read_email, "nomail@x.jp"),
    ],
)  # fmt: skip
def test_norm_N09_fillers_of_each_type_are_nothing(read, token):
    assert read(token) == codes.UNUSABLE


@pytest.mark.parametrize("raw", ["2024年4月1日(月)", "2024/4/1", "2024-04-01", "2024.4.1", "20240401", "２０２４年４月１日"])
def test_norm_N10_forms_of_a_date(raw):
    assert dates.read_date(raw).value == "2024-04-01"


@pytest.mark.parametrize("raw", ["24/4/1", "2024-13-45 99:00:00", "2024-02-30", "四月一日", "4/1/2024"])
def test_norm_N10_ambiguous_or_impossible_dates_are_rejected(raw):
    assert dates.read_date(raw).reject == "N10"


def test_norm_N10_a_format_of_the_contract_decides():
    assert dates.read_date("24/4/1", ("%y/%m/%d",)).value == "2024-04-01"
    assert dates.read_timestamp("12/1/2010 8:26", ("%m/%d/%Y %H:%M",)).value == "2010-12-01 08:26:00"


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("R6.4.1", "2024-04-01"), ("令和６年４月１日", "2024-04-01"), ("R1.5.1", "2019-05-01"), ("令和元年5月1日", "2019-05-01"),
        ("S64.1.7", "1989-01-07"), ("昭和55年4月1日", "1980-04-01"), ("T15.1.1", "1926-01-01"), ("M45/1/1", "1912-01-01"),
    ],
)  # fmt: skip
def test_norm_N11_japanese_eras(raw, day):
    cell = dates.read_date(raw)
    assert (cell.value, cell.is_lossy) == (day, False)


def test_norm_N11_a_day_outside_its_era_is_taken_and_marked():
    cell = dates.read_date("H31.5.1")
    assert (cell.value, cell.is_lossy) == ("2019-05-01", True)


@pytest.mark.parametrize(
    ("raw", "when"), [("45383", "2024-04-01 00:00:00"), ("45383.75", "2024-04-01 18:00:00")]
)
def test_norm_N12_excel_serials(raw, when):
    assert dates.read_timestamp(raw).value == when


@pytest.mark.parametrize("raw", ["19999", "60001", "123456"])
def test_norm_N12_other_numbers_are_no_dates(raw):
    assert dates.read_timestamp(raw).reject == "N10"


@pytest.mark.parametrize(
    ("raw", "when"),
    [
        ("2024/03/31 25:30", "2024-04-01 01:30:00"), ("2024-03-31 24:00", "2024-04-01 00:00:00"),
        ("2024-03-31T15:30Z", "2024-04-01 00:30:00"), ("2024-03-31T15:30:00.000+0000", "2024-04-01 00:30:00"),
        ("2026-05-01 10:00:00 +0200", "2026-05-01 17:00:00"), ("2024年4月1日 午後3時05分", "2024-04-01 15:05:00"),
        ("2024/4/1 午前12:10", "2024-04-01 00:10:00"), ("2024-04-01 03:05 PM", "2024-04-01 15:05:00"),
        ("20240401153000", "2024-04-01 15:30:00"),
    ],
)  # fmt: skip
def test_norm_N13_times_roll_over_and_become_jst(raw, when):
    assert dates.read_timestamp(raw).value == when


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("▲1,234円", "-1234"), ("（500）", "-500"), ("12千円", "12000"), ("¥1,000", "1000"), ("￥１，０００", "1000"),
        ("△３", "-3"), ("−5", "-5"), ("1.5万円", "15000"), ("税込1,100", "1100"), ("\\980", "980"),
    ],
)  # fmt: skip
def test_norm_N14_money(raw, amount):
    assert Decimal(numbers.read_number(raw, "money").value) == Decimal(amount)


@pytest.mark.parametrize("raw", ["百円", "1,2x", "--5", "1e99", "２つ"])
def test_norm_N14_what_is_no_number_is_rejected(raw):
    assert numbers.read_number(raw, "money").reject in ("N14", "N08")


def test_norm_N15_hyphens_become_one_between_digits_only():
    assert narrow("０３−１２３４ー５６７８") == "03-1234-5678"
    assert narrow("コーヒー") == "コーヒー"


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+81 90-1234-5670", "+819012345670"), ("(090)1234-5670", "+819012345670"), ("+81(0)3-1234-5670", "+81312345670"),
        ("０３−１２３４ー５６７０", "+81312345670"), ("0120-123-450", "+81120123450"), ("060-1234-5670", "+816012345670"),
        ("0800-123-4560", "+818001234560"), ("+1 650-253-0000", "+16502530000"), ("090 1234 5670", "+819012345670"),
    ],
)  # fmt: skip
def test_norm_N16_phone_is_e164(raw, number):
    assert contacts.read_phone(raw).value == number


@pytest.mark.parametrize("raw", ["090-1234-567", "11111111111", "00000000000", "090-1234-56789", "12345678", "090-123-4567", "電話なし"])
def test_norm_N16_impossible_numbers_are_no_number(raw):
    assert contacts.read_phone(raw) == codes.UNUSABLE


@pytest.mark.parametrize("raw", ["03-1234-5670 内線123", "03-1234-5670(内)123", "03-1234-5670 ext.123"])
def test_norm_N17_the_extension_is_apart(raw):
    assert contacts.read_phone(raw).value == "+81312345670"
    assert contacts.read_extension(raw).value == "123"


@pytest.mark.parametrize(("raw", "code"), [("〒１００−０００１", "1000001"), ("100-0001", "1000001"), ("000-0000", None), ("10000", None)])
def test_norm_N20_postal_code(raw, code):
    assert contacts.read_postal(raw).value == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("東京", "13"), ("Tokyo", "13"), ("13", "13"), ("東京都", "13"), ("とうきょう", "13"), ("京都府", "26"), ("京都", "26"),
        ("京都市左京区", "26"), ("北海道", "01"), ("1", "01"), ("Hokkaido", "01"), ("沖縄県", "47"), ("大阪府大阪市", "27"), ("48", None),
    ],
)  # fmt: skip
def test_norm_N21_prefecture(raw, code):
    assert people.read_prefecture(raw).value == code


def test_norm_N21_every_prefecture_is_known_by_name_kana_and_romaji():
    assert len(people.READINGS) == 2 * 47
    assert {people.read_prefecture(reading).value for reading in people.READINGS} == {f"{n:02d}" for n in range(1, 48)}
    assert people.read_prefecture("とくしま").value == "36"
    assert people.read_prefecture("Kagoshima-ken").value == "46"


def test_norm_N23_kana_is_full_width_katakana():
    assert people.read_kana("ｶﾞｯｷｭｳ").value == "ガッキュウ"
    assert people.read_kana("やまだ").value == "ヤマダ"


def test_norm_N24_a_name_splits_at_its_space_and_loses_one_honorific():
    assert people.read_name("山田　太郎様", "family").value == "山田"
    assert people.read_name("山田　太郎様", "given").value == "太郎"
    assert people.read_name("山田太郎 様").value == "山田太郎"


def test_norm_N24_a_name_is_not_eaten_by_its_honorific():
    assert people.read_name("様").value == "様"
    assert people.read_name("髙﨑").value == "髙﨑"


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("ＴＡＲＯ＠example．co．jp", "TARO@example.co.jp"), (" taro@EXAMPLE.JP ", "taro@example.jp"), ("mailto:a@b.jp", "a@b.jp"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"), ("a@b.jp; c@d.jp", "a@b.jp"),
    ],
)  # fmt: skip
def test_norm_N30_email(raw, address):
    assert contacts.read_email(raw).value == address


@pytest.mark.parametrize("raw", ["taro", "taro@", "@example.jp", "a b@c", "taro@example"])
def test_norm_N30_an_unusable_address_is_no_address(raw):
    assert contacts.read_email(raw) == codes.UNUSABLE


@pytest.mark.parametrize(("raw", "meaning"), [("○", "true"), ("×", "false"), ("有", "true"), ("不可", "false"), ("希望する", "true"), ("N", "false")])
def test_norm_N31_yes_and_no(raw, meaning):
    assert codes.read_boolean(raw).value == meaning


def test_norm_N31_polarity_belongs_to_the_column():
    stopped = {"1": False, "0": True}  # 配信停止=1
    assert codes.read_boolean("1", stopped).value == "false"
    assert codes.read_boolean("1", {"1": True}).value == "true"


def test_norm_N31_unknown_is_not_yes():
    assert codes.read_boolean("たぶん") == codes.UNUSABLE
    assert codes.read_boolean("yes", {"1": True}) == codes.UNUSABLE


@pytest.mark.parametrize(("raw", "code"), [("女性", "F"), ("1", "M"), ("男", "M"), ("その他", "X"), ("無回答", None)])
def test_norm_N32_gender(raw, code):
    assert people.read_gender(raw).value == code


@pytest.mark.parametrize("raw", ["d", "削除", "退会", "1", "TRUE"])
def test_norm_N36_deletion_marks(raw):
    assert codes.read_deleted(raw).value == "true"


def test_norm_N36_other_marks_leave_the_row():
    assert codes.read_deleted("u").value is None


def test_norm_N43_lists_are_sorted_and_comma_separated():
    assert codes.read_list("食品;家電|食品\n化粧品").value == "化粧品,家電,食品"


def test_norm_N46_a_formula_in_a_page_for_people_is_harmless():
    assert harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert harmless("03-1234") == "03-1234"


def test_norm_N01_a_file_in_another_encoding_than_declared_is_named():
    with pytest.raises(BadFile, match=r"契約の文字コード cp932 では見出しが読めません \(utf-8 のファイルのようです\)") as error:
        read_text("名前,会員ID\nあい,1\n".encode(), ("cp932",), ALIASES)
    assert error.value.line == 1
    with pytest.raises(BadFile, match=r"utf-8 として読めない文字があります \(cp932 のファイルのようです\)"):
        read_text("名前,会員ID\n表能,1\n".encode("cp932"), ("utf-8",), ALIASES)


def test_norm_N17_an_extension_before_a_second_number_hides_neither():
    assert contacts.read_phone("03-1234-5670 内線12; 080-1234-5670").value == "+81312345670"
