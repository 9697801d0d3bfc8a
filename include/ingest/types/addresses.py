"""The key of an address (N22): what two spellings of one place share. Never printed."""

from __future__ import annotations

import re

from include.ingest.types.cells import EMPTY, UNUSABLE, Cell, is_null, plain

DIGITS = {sign: number for number, sign in enumerate("〇一二三四五六七八九")}
NUMERAL = "〇一二三四五六七八九十"
NUMBER = re.compile(
    rf"[{NUMERAL}]+(?=丁目)|(?<=丁目)[{NUMERAL}]+(?=番|号|$)|(?<=番地)[{NUMERAL}]+|(?<=番)[{NUMERAL}]+(?=号)"
)
MARKS = re.compile(r"(?<=\d)(丁目|番地の?|番|号|の|ノ)(?=\d)")
LAST_MARK = re.compile(r"(?<=\d)(丁目|番地|番|号)(?=$|[^\d])")
OAZA = re.compile(r"大字(?:(.{1,6}?)字)?|(?<=[市区町村郡])字")


def number(text: str) -> str:
    """十二 -> 12; only around 丁目 and 番, since 三田 and 八重洲 are names."""
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return "".join(str(DIGITS[sign]) for sign in text)
    return str((DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0))


def split_building(raw: str) -> tuple[str, str | None]:
    """(address up to its number, building behind it or None)."""
    text = NUMBER.sub(lambda found: number(found[0]), plain(raw))
    text = LAST_MARK.sub("", MARKS.sub("-", text))
    found = re.match(r"(.*?\d+(?:-\d+)*)[\s,]*([^\d\s-].*)?$", re.sub(r"\s+(?=\d)", "", text))
    return (found[1], found[2]) if found else (text, None)


def read_address_key(raw: str) -> Cell:
    """NFKC, 丁目・番地・号・の as hyphens, 大字 and 字 dropped, building left out; the ward of a city stays."""
    text = plain(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    place = OAZA.sub(lambda found: found[1] or "", split_building(raw)[0])
    return Cell(re.sub(r"\s", "", place) or None)
