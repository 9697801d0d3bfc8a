"""Ids, texts, codes, yes/no (N06 ids, N09, N31, N36, N43)."""

from __future__ import annotations

import re

from include.ingest.types.cells import EMPTY, SCIENTIFIC, UNUSABLE, Cell, is_null, plain, strip_excel, trim

YES = frozenset({"1", "○", "〇", "◯", "有", "有り", "あり", "可", "y", "yes", "true", "t", "希望する", "許可", "はい", "on"})
NO = frozenset({"0", "×", "無", "無し", "なし", "不可", "n", "no", "false", "f", "希望しない", "拒否", "いいえ", "off"})
CHECK_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
# a row marked so is deleted at its source (N36)
DELETED = frozenset({"d", "削除", "削除済", "削除済み", "退会"})


def read_id(raw: str, id_format: str | None = None) -> Cell:
    """An id as text; `integer` turns 17850.0 into 17850; 9.01235E+09 has lost digits and rejects the row (N08)."""
    text = plain(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    if id_format == "salesforce":
        return Cell(salesforce_18(text))
    if id_format == "integer":
        if SCIENTIFIC.match(text):
            return Cell(None, reject="N08")
        text = re.sub(r"^(\d+)\.0+$", r"\1", text)
    return Cell(text)


def salesforce_18(text: str) -> str:
    """A case-sensitive 15-sign Salesforce id with its three check signs (N43); any other text as it is."""
    if not re.fullmatch(r"[A-Za-z0-9]{15}", text):
        return text
    upper = [sum(1 << bit for bit, sign in enumerate(text[at : at + 5]) if sign.isupper()) for at in (0, 5, 10)]
    return text + "".join(CHECK_SIGNS[number] for number in upper)


def read_corporate_number(raw: str) -> Cell:
    """法人番号: 13 digits, the first is 9 - sum(Pn * Qn) mod 9 over the rest (N28); a wrong one rejects the row."""
    text = plain(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    if SCIENTIFIC.match(text):
        return Cell(None, reject="N08")
    digits = re.sub(r"[\s-]|\.0+$", "", text)
    if not re.fullmatch(r"\d{13}", digits):
        return Cell(None, reject="N28")
    total = sum(int(sign) * (1 if place % 2 == 0 else 2) for place, sign in enumerate(reversed(digits[1:])))
    return Cell(digits) if int(digits[0]) == 9 - total % 9 else Cell(None, reject="N28")


def read_text(raw: str) -> Cell:
    """Text as written, without spaces around it; words for nothing are nothing (N09)."""
    text = trim(raw)
    text = strip_excel(text) if text.startswith("=") else text
    if is_null(text):
        return UNUSABLE if text else EMPTY
    return Cell(text)


def read_list(raw: str) -> Cell:
    """Several values in one cell, split at ; | , or a new line, sorted and joined by commas (N43)."""
    text = trim(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    return Cell(",".join(sorted({part for piece in re.split(r"[;|,\n]", text) if (part := trim(piece))})))


def read_boolean(raw: str, polarity: dict[str, bool] | None = None) -> Cell:
    """true or false (N31); the contract's polarity decides alone where given; unknown is no value, never yes."""
    text = plain(raw).casefold()
    if polarity is not None:
        known = {plain(word).casefold(): meaning for word, meaning in polarity.items()}
        if text in known:
            return Cell(str(known[text]).lower())
    elif text in YES:
        return Cell("true")
    elif text in NO:
        return Cell("false")
    return UNUSABLE if text else EMPTY


def read_deleted(raw: str, polarity: dict[str, bool] | None = None) -> Cell:
    """Whether the source deleted the row (N36); anything but a known mark means it stands."""
    if polarity is None and plain(raw).casefold() in DELETED:
        return Cell("true")
    return read_boolean(raw, polarity)


def read_mapped(raw: str, table: dict[str, str | None]) -> Cell:
    """The contract's word for a value; a value it does not know rejects the row (N-MAP)."""
    known = {plain(word).casefold(): value for word, value in table.items()}
    text = plain(raw).casefold()
    if text in known:
        return Cell(known[text])
    if is_null(text):
        return UNUSABLE if text else EMPTY
    return Cell(None, reject="N-MAP")


def read_code(raw: str, codes: tuple[str, ...]) -> Cell:
    """One of the canonical codes in any case; anything else rejects the row (N-MAP)."""
    return read_mapped(raw, {code: code for code in codes})
