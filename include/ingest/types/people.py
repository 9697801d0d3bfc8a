"""Names, kana, prefecture, gender (N21, N23, N24, N32)."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache

import jaconv

from include.ingest.types.cells import EMPTY, UNUSABLE, Cell, is_null, plain, trim
from include.settings import REPO

HONORIFICS = "様|殿|さん|先生"
HONORIFIC = re.compile(rf"(?<=\S)\s*({HONORIFICS})$")
NAME_SPACES = re.compile(r"[ \u3000\t]+")
GENDERS = {
    "1": "M", "男": "M", "男性": "M", "m": "M", "male": "M",
    "2": "F", "女": "F", "女性": "F", "f": "F", "female": "F",
    "x": "X", "その他": "X", "other": "X",
}  # fmt: skip
NO_GENDERS = frozenset({"0", "9", "無回答", "未回答", "回答しない", "答えたくない", "unknown"})
# kana and romaji readings in the order of the JIS codes; the names are in the reference list
READINGS = """
ほっかいどう hokkaido あおもり aomori いわて iwate みやぎ miyagi あきた akita やまがた yamagata ふくしま fukushima
いばらき ibaraki とちぎ tochigi ぐんま gunma さいたま saitama ちば chiba とうきょう tokyo かながわ kanagawa
にいがた niigata とやま toyama いしかわ ishikawa ふくい fukui やまなし yamanashi ながの nagano ぎふ gifu
しずおか shizuoka あいち aichi みえ mie しが shiga きょうと kyoto おおさか osaka ひょうご hyogo なら nara
わかやま wakayama とっとり tottori しまね shimane おかやま okayama ひろしま hiroshima やまぐち yamaguchi
とくしま tokushima かがわ kagawa えひめ ehime こうち kochi ふくおか fukuoka さが saga ながさき nagasaki
くまもと kumamoto おおいた oita みやざき miyazaki かごしま kagoshima おきなわ okinawa
""".split()
SUFFIX = re.compile(r"(都|府|県|-?(to|fu|ken|prefecture))$")


def read_name(raw: str, part: str | None = None) -> Cell:
    """A name or one part of it (N24): wide spaces, one honorific off; `part` splits at the space, else the whole name."""
    text = trim(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    bare = HONORIFIC.sub("", text)
    if part and (pieces := NAME_SPACES.split(bare, maxsplit=1)):
        bare = pieces[0] if part == "family" else (pieces[1] if len(pieces) > 1 else "")
    value = NAME_SPACES.sub(" ", bare)
    return Cell(value or None, is_lossy=bare != text and part is None)


def read_kana(raw: str, part: str | None = None) -> Cell:
    """Full-width katakana (N23): half-width joined with its marks, hiragana turned."""
    cell = read_name(raw, part)
    if cell.value is None:
        return cell
    return Cell(jaconv.hira2kata(jaconv.h2z(unicodedata.normalize("NFKC", cell.value))), is_lossy=cell.is_lossy)


@lru_cache(maxsize=1)
def _prefectures() -> dict[str, str]:
    """Every spelling -> JIS code 01–47."""
    path = REPO / "dbt_project" / "seeds" / "reference" / "prefectures.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        names = {row["prefecture_code"]: row["prefecture_ja"] for row in csv.DictReader(handle)}
    found: dict[str, str] = {}
    for place, (code, name) in enumerate(sorted(names.items())):
        kana, romaji = READINGS[2 * place], READINGS[2 * place + 1]
        short = name if name == "北海道" else name[:-1]
        for spelling in (code, str(int(code)), name, short, kana, jaconv.hira2kata(kana), romaji):
            found[spelling] = code
    return found


def read_prefecture(raw: str) -> Cell:
    """JIS code 01–47 from name, reading or number, also JP-13 (N21); from the front of an address; unknown is kept as original."""
    text = plain(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    table = _prefectures()
    low = text.casefold().removeprefix("jp-")
    code = table.get(low) or table.get(SUFFIX.sub("", low)) or table.get(re.sub(r"\.0$", "", low))
    if code:
        return Cell(code)
    if front := leading_prefecture(text):
        return Cell(table[front])
    city = next((c for name, c in table.items() if len(name) > 1 and not name.isascii() and text.startswith(f"{name}市")), None)
    return Cell(city, is_lossy=True) if city else UNUSABLE


def leading_prefecture(address: str) -> str:
    """The prefecture's full name at the front of an address, else nothing."""
    front = re.match(r"(北海道|東京都|(?:京都|大阪)府|.{2,3}?県)", address)
    return front[1] if front and front[1] in _prefectures() else ""


def read_gender(raw: str) -> Cell:
    """M, F, X (N32); no answer is no value."""
    text = plain(raw).casefold()
    if is_null(text) or text in NO_GENDERS:
        return UNUSABLE if text else EMPTY
    code = GENDERS.get(text)
    return Cell(code) if code else UNUSABLE
