"""The key of an address (N22): what two spellings of one place share. Never printed."""

from __future__ import annotations

import re

from include.ingest.types import people
from include.ingest.types.cells import EMPTY, Cell, is_null, plain

DIGITS = {sign: number for number, sign in enumerate("〇一二三四五六七八九")}
NUMERAL = "〇一二三四五六七八九十"
NUMBER = re.compile(
    rf"[{NUMERAL}]+(?=丁目)|(?<=丁目)[{NUMERAL}]+(?=番|号|$)|(?<=番地)[{NUMERAL}]+|(?<=番)[{NUMERAL}]+(?=号)"
)
MARKS = re.compile(r"(?<=\d)(丁目?|番地の?|番|号|の|ノ)(?=\d)")
LAST_MARK = re.compile(r"(?<=\d)(丁目|番地|番|号)(?=$|[^\d])")
OAZA = re.compile(r"大字(?:(.{1,6}?)字)?|(?<=[市区町村郡])字")
# a number that is part of a name (北1条西2, 第3地割) does not end the place
PLACE = re.compile(r"(.*?\d+(?:-\d+)*(?![\d-]|条|線|地割|区|町))(?:[\s,]+(.+)|([^\d\s-].*))?$", re.DOTALL)


def number(text: str) -> str:
    """十二 -> 12; only around 丁目 and 番, since 三田 and 八重洲 are names."""
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return "".join(str(DIGITS[sign]) for sign in text)
    return str((DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0))


def split_building(raw: str) -> tuple[str, str | None]:
    """(address up to its number, building or room behind it or None)."""
    text = NUMBER.sub(lambda found: number(found[0]), plain(raw))
    text = LAST_MARK.sub("", MARKS.sub("-", text))
    found = PLACE.match(re.sub(r"(?<!\d)\s+(?=\d)", "", text))
    return (found[1], found[2] or found[3]) if found else (text, None)


def joined(raw: str) -> str:
    """City, street and building from cells of their own (one a line) as one line; a number may go on in the next cell."""
    made = ""
    for part in filter(None, map(plain, raw.split("\n"))):
        ends_open = re.search(r"(?<![\d-])\d+$", made)
        made += ("-" if ends_open else " " if made[-1:].isdigit() else "") * part[0].isdigit() + part
    return made


def read_address_key(raw: str) -> Cell:
    """NFKC, 丁目・番地・号・の as hyphens, prefecture, 大字 and 字 dropped, building left out; the ward of a city stays.

    Several cells come one a line.
    """
    text = joined(raw)
    if is_null(text):
        return EMPTY  # the cells are kept in columns of their own
    bare = text.removeprefix(people.leading_prefecture(text))
    place = OAZA.sub(lambda found: found[1] or "", split_building(bare)[0])
    return Cell(re.sub(r"\s", "", place) or None)
