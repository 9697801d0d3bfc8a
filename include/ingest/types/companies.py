"""Company names (N26): the legal form, where it stands, and the name without it."""

from __future__ import annotations

import re
import unicodedata

from include.ingest.types.cells import EMPTY, UNUSABLE, Cell, is_null, plain

# how a form is written -> the form as printed; the longest spelling is tried first
FORMS = {
    "株式会社": "株式会社", "(株)": "株式会社", "カ)": "株式会社", "(カ": "株式会社", "k.k.": "株式会社", "kk": "株式会社",
    "有限会社": "有限会社", "(有)": "有限会社", "ユ)": "有限会社", "合同会社": "合同会社", "(同)": "合同会社",
    "合資会社": "合資会社", "(資)": "合資会社", "合名会社": "合名会社", "(名)": "合名会社",
    "一般社団法人": "一般社団法人", "公益社団法人": "公益社団法人", "一般財団法人": "一般財団法人", "公益財団法人": "公益財団法人",
    "医療法人社団": "医療法人社団", "医療法人": "医療法人", "(医)": "医療法人", "学校法人": "学校法人", "社会福祉法人": "社会福祉法人",
    "特定非営利活動法人": "特定非営利活動法人", "npo法人": "特定非営利活動法人",
}  # fmt: skip
_SPELLINGS = sorted(FORMS, key=len, reverse=True)


def split(raw: str) -> tuple[str, str | None, str]:
    """(name without its form, form in full or None, front | back | none). ㈱ and ㍿ are 株式会社 by NFKC."""
    text = plain(raw)
    low = text.casefold()
    for spelling in _SPELLINGS:
        is_word = spelling.isascii() and spelling.isalpha()  # kk only as a word of its own
        if low.startswith(spelling) and len(low) > len(spelling) and (not is_word or low[len(spelling)] == " "):
            return text[len(spelling) :].strip(), FORMS[spelling], "front"
        if low.endswith(spelling) and len(low) > len(spelling) and (not is_word or low[-len(spelling) - 1] in " ,"):
            return text[: -len(spelling)].strip(" ,"), FORMS[spelling], "back"
    return text, None, "none"


def read_legal_form(raw: str) -> Cell:
    form = split(raw)[1]
    return Cell(form) if form else EMPTY


def read_legal_position(raw: str) -> Cell:
    return Cell(split(raw)[2]) if plain(raw) else EMPTY


def read_company_key(raw: str) -> Cell:
    """What two spellings of one company share: no form, no spaces, narrow, upper case. Never printed."""
    text = plain(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    return Cell(re.sub(r"[\s・,.]", "", unicodedata.normalize("NFKC", split(raw)[0])).upper() or None)
