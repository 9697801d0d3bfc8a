"""Money, prices, ratios, counts (N14)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from include.ingest.types.cells import EMPTY, SCIENTIFIC, UNUSABLE, Cell, is_null, plain

UNITS = {"千円": 1000, "万円": 10000, "百万円": 1000000}
WORDS = re.compile(r"[¥￥\\円,\s$£]|税込み?|税抜き?|JPY|GBP|USD")
MINUS = re.compile(r"^[▲△−\-]")
PLACES = {"money": 2, "price": 4, "ratio": 6}


def read_number(raw: str, kind: str, scale: str | None = None) -> Cell:
    """A decimal as plain text with the places of its type; unreadable rejects the row (N14), 1.2E+09 too (N08)."""
    text = plain(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    if SCIENTIFIC.match(text) and abs(int(re.split("[eE]", text)[1])) > 3:
        return Cell(None, reject="N08")
    number = _decimal(text)
    if number is None:
        return Cell(None, reject="N14")
    number *= Decimal(scale) if scale else 1
    rounded = number.quantize(Decimal(1).scaleb(-PLACES[kind]), rounding=ROUND_HALF_UP)
    return Cell(format(rounded, "f"), is_lossy=rounded != number)


def read_integer(raw: str) -> Cell:
    """A whole number; '6.0' is 6, '1.5' rejects the row."""
    text = plain(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    number = _decimal(text)
    if number is None or number != number.to_integral_value() or abs(number) >= 2**63:
        return Cell(None, reject="N08" if SCIENTIFIC.match(text) else "N14")
    return Cell(str(int(number)))


def _decimal(text: str) -> Decimal | None:
    is_negative = bool(re.fullmatch(r"\(.*\)", text))
    text = text.strip("()") if is_negative else text
    factor = Decimal(1)
    for unit, value in UNITS.items():
        if text.endswith(unit):
            text, factor = text.removesuffix(unit), Decimal(value)
    if text.endswith("%"):
        text, factor = text.removesuffix("%"), factor / 100
    text = WORDS.sub("", text)
    if MINUS.match(text):
        is_negative, text = True, text[1:]
    text = WORDS.sub("", text).removeprefix("+")
    if not re.fullmatch(r"\d+(\.\d+)?([eE]-?\d{1,2})?|\.\d+", text) or len(text) > 30:
        return None
    try:
        number = Decimal(text) * factor
    except InvalidOperation:
        return None
    if abs(number) >= Decimal(10) ** 14:
        return None
    return -number if is_negative else number
