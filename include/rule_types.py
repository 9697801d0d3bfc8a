"""Whether a cell of a rule table fits the type of its column, so that nothing is rounded or guessed at on the way in."""

from __future__ import annotations

import re
from datetime import date

INTEGER = re.compile(r"[+-]?\d+")
NUMBER = re.compile(r"[+-]?(\d+)(?:\.(\d*))?")
DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
INTEGER_BITS = {"integer": 31, "bigint": 63}


def misfit(value: str, sql_type: str) -> str | None:
    """What to write instead, in Japanese, where the value does not fit; None where it does. An empty cell fits any type.

    Raises `KeyError` for a type that rule tables do not use.
    """
    kind = sql_type.lower()
    if not value or kind == "varchar":
        return None
    if found := DECIMAL.fullmatch(kind):
        return _decimal(value, int(found[1]), int(found[2]))
    return FITS[kind](value)


def _integer(bits: int):
    def check(value: str) -> str | None:
        if INTEGER.fullmatch(value) and -(2**bits) <= int(value) < 2**bits:
            return None
        return "整数 (例 45) で書いてください。端数は使えません"

    return check


def _decimal(value: str, digits: int, places: int) -> str | None:
    found = NUMBER.fullmatch(value)
    if found and len(found[1].lstrip("0")) <= digits - places and len((found[2] or "").rstrip("0")) <= places:
        return None
    return f"数 (例 0.5) で、小数点以下は {places} 桁までで書いてください"


def _double(value: str) -> str | None:
    try:
        float(value)
    except ValueError:
        pass
    else:
        if NUMBER.fullmatch(re.sub(r"[eE][+-]?\d+$", "", value)):
            return None
    return "数 (例 0.5) で書いてください"


def _boolean(value: str) -> str | None:
    return None if value.lower() in ("true", "false") else "true か false で書いてください"


def _date(value: str) -> str | None:
    try:
        is_right = date.fromisoformat(value).isoformat() == value
    except ValueError:
        is_right = False
    return None if is_right else "日付は YYYY-MM-DD で書いてください"


FITS = {name: _integer(bits) for name, bits in INTEGER_BITS.items()} | {
    "double": _double, "boolean": _boolean, "date": _date,
}  # fmt: skip
