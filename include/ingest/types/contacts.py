"""E-mail, phone, postal code (N08, N16, N17, N20, N30). An unusable contact point is no reason to lose its person."""

from __future__ import annotations

import re

import phonenumbers

from include.ingest.types.cells import EMPTY, SCIENTIFIC, UNUSABLE, Cell, is_null, narrow, plain, strip_excel, trim

NULL_PHONES = frozenset({"000-0000-0000", "00000000000", "0000000000"})
DUMMY_PHONE = re.compile(r"^0?(\d)\1{7,}$|12345678|(\d)\2{7}")
EXTENSION = re.compile(r"[\s(]*(?:内線|\(内\)|内|ext\.?|EXT\.?|x)[\s:.)]*(?P<number>\d{1,6})\)?\s*$", re.I)
SEVERAL = re.compile(r"[/・、;\n,]")
LABELS = re.compile(r"\(?(?:携帯|自宅|会社|勤務先|代表|直通|TEL|電話)\)?[:：]?", re.I)
FAX = re.compile(r"\(?(?:FAX|ファックス|ファクス|ファクシミリ)\)?[:：]?", re.I)
ELEVEN = re.compile(r"0[5-9]0\d{8}$")  # mobile, IP phone, 0800
FIXED = re.compile(r"0(?![5-9]0)[1-9]\d{8}$")
MAIL = re.compile(r"^[^@\s\"(),:;<>\[\]\\]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")
NULL_MAILS = ("dummy@", "nomail@", "noemail@")


def read_email(raw: str) -> Cell:
    """Trimmed, narrow, domain in lower case (N30); the first of several; docomo's old a..b@ and a.@ are real."""
    text = plain(raw).removeprefix("mailto:").strip("<>")
    if is_null(text):
        return UNUSABLE if text else EMPTY
    if text.casefold().startswith(NULL_MAILS):
        return UNUSABLE
    first, *rest = [part for part in re.split(r"[;,\s]+", text) if part]
    local, _, domain = first.rpartition("@")
    address = f"{local}@{domain.casefold()}"
    if not MAIL.match(address):
        return UNUSABLE
    return Cell(address, is_lossy=bool(rest))


def read_phone(raw: str) -> Cell:
    """E.164 of a Japanese number (N16); dummies and impossible numbers are no number; 9.0E+09 rejects the row (N08)."""
    text = trim(narrow(strip_excel(trim(raw))))
    if is_null(text, NULL_PHONES):
        return UNUSABLE if text else EMPTY
    if SCIENTIFIC.match(text):
        return Cell(None, reject="N08")
    first = EXTENSION.sub("", next((part for part in SEVERAL.split(text) if re.search(r"\d{4}", part)), ""))
    has_more = bool(EXTENSION.search(text)) or len([p for p in SEVERAL.split(text) if re.search(r"\d{4}", p)]) > 1
    number = _national(LABELS.sub("", first))
    if number is None:
        foreign = _foreign(first)
        return Cell(foreign, is_lossy=has_more) if foreign else UNUSABLE
    return Cell("+81" + number[1:], is_lossy=has_more)


def split_numbers(raw: str) -> list[tuple[str, str]]:
    """Every number of a cell as (phone | fax, text), in order (N18); what has no digits is none."""
    pieces = [piece for piece in SEVERAL.split(narrow(strip_excel(trim(raw)))) if re.search(r"\d{4}", piece)]
    return [("fax" if FAX.search(piece) else "phone", trim(FAX.sub("", piece))) for piece in pieces]


def read_extension(raw: str) -> Cell:
    """The extension behind a number (N17)."""
    found = EXTENSION.search(trim(narrow(raw)))
    return Cell(found["number"]) if found else EMPTY


def _national(text: str) -> str | None:
    """Digits with the leading 0 of a number that can exist in Japan."""
    digits = re.sub(r"\D", "", text)
    if re.match(r"\s*\+|\s*\(?\+?81\)?", text) and digits.startswith("81"):
        digits = "0" + digits[2:].removeprefix("0")
    if not digits.startswith("0") and len(digits) in (9, 10):
        digits = "0" + digits  # N08: a spreadsheet ate the zero
    if DUMMY_PHONE.search(digits):
        return None
    is_possible = ELEVEN.match(digits) if len(digits) == 11 else FIXED.match(digits)
    return digits if is_possible else None


def _foreign(text: str) -> str | None:
    if not text.strip().startswith("+") or text.strip().startswith("+81"):
        return None
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_postal(raw: str) -> Cell:
    """Seven digits (N20); six get their zero back (N08); 000-0000 is none."""
    text = plain(raw).removeprefix("〒").strip()
    if is_null(text):
        return UNUSABLE if text else EMPTY
    if SCIENTIFIC.match(text):
        return Cell(None, reject="N08")
    digits = re.sub(r"[\s-]", "", re.sub(r"\.0$", "", text))
    if re.fullmatch(r"\d{6}", digits):
        digits = "0" + digits
    if not re.fullmatch(r"\d{7}", digits) or digits == "0000000":
        return UNUSABLE
    return Cell(digits)


def read_contact(raw: str) -> Cell:
    """A column that holds e-mail addresses or numbers: each in its own form, anything else as it is."""
    text = plain(raw)
    if "@" in text:
        return read_email(raw)
    if re.fullmatch(r"[\d()+\-\s.]{9,}", text):
        return read_phone(raw)
    return EMPTY if not text else Cell(text)
