"""Bytes to text before anything is split (N01, N02, N03, N05): strict, never guessing silently."""

from __future__ import annotations

import codecs
import re

from include.ingest.headers import key
from include.ingest.problems import BadFile

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES = ("utf-8", "cp932", "euc_jp")
# what is plainly something else: first bytes -> what to tell
NOT_CSV = (
    (b"PK\x03\x04", "Excel ブックか ZIP です"),
    (b"\xd0\xcf\x11\xe0", "古い形式の Excel ブックです"),
    (b"%PDF", "PDF です"),
    (b"\x1f\x8b", "圧縮ファイルです"),
    (b"PAR1", "Parquet です"),
)
HTML = re.compile(rb"\s*<(!doctype|html|\?xml|table|body)", re.IGNORECASE)
HEAD_LINES = 20
FIX_CSV = "CSV で書き出したファイルを置いてください"
FIX_ENCODING = "契約に encoding を指定してください"
# euc_jp decodes these to signs that cp932 does not know; canonical are cp932's (N03)
CANONICAL_SIGNS = {"〜": "～"}
EUC_SIGNS = {"〜": "～", "‖": "∥", "−": "－", "¢": "￠", "£": "￡", "¬": "￢", "—": "―"}


def decode(data: bytes, encodings: tuple[str, ...], known: frozenset[str]) -> tuple[str, str]:
    """Text with LF line ends, and the encoding it was in.

    `known`: header keys of the contract; they decide between encodings that both decode.
    Raises `BadFile` for empty, foreign or undecidable content.
    """
    _check_is_text(data)
    for bom, name in BOMS:
        if data.startswith(bom):
            return _clean(_strict(data, name), name), name
    if encodings != ("auto",):
        return _declared(data, encodings, known)
    hits = [(name, text) for name in CANDIDATES if (text := _try(data, name)) is not None]
    if not hits:
        raise BadFile("N01", "文字コードが読めません (UTF-8・CP932・EUC-JP のどれでもありません)", FIX_ENCODING)
    name = _choose(hits, known)
    return _clean(dict(hits)[name], name), name


def _check_is_text(data: bytes) -> None:
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise BadFile("C-EMPTY", "空のファイルです", "元のシステムで出力が終わっているか確かめてください", line=1)
    for magic, what in NOT_CSV:
        if data.startswith(magic):
            raise BadFile("C-TYPE", f"CSV ではありません。{what}", FIX_CSV, line=1)
    if HTML.match(data[:200]):
        raise BadFile("C-TYPE", "CSV ではありません。HTML か XML です (ログイン画面を保存していませんか)", FIX_CSV, line=1)
    if b"\x00" in data and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        raise BadFile("C-TYPE", "CSV ではありません。バイナリの値が入っています", FIX_CSV, line=line)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _strict(data: bytes, encoding: str, hint: str = "") -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFile("N01", f"{encoding} として読めない文字があります{hint}", FIX_ENCODING, line=line) from None


def _declared(data: bytes, encodings: tuple[str, ...], known: frozenset[str]) -> tuple[str, str]:
    """The first declared encoding that fits; one in which another one's header appears is the wrong one."""
    for name in encodings:
        text = _try(data, name)
        if text is None:
            continue
        if known and not _known_headers(text, known) and (other := _other(data, name, known)):
            reason = f"契約の文字コード {name} では見出しが読めません ({other} のファイルのようです)"
            raise BadFile("N01", reason, FIX_ENCODING, line=1)
        return _clean(text, name), name
    other = _other(data, encodings[-1], known)
    _strict(data, encodings[-1], f" ({other} のファイルのようです)" if other else "")
    raise AssertionError("unreachable: the last encoding failed above and decodes now")


def _other(data: bytes, declared: str, known: frozenset[str]) -> str | None:
    """The candidate in which the contract's header can be read."""
    texts = {name: _try(data, name) for name in CANDIDATES if name != declared}
    return next((name for name, text in texts.items() if text and _known_headers(text, known)), None)


def _choose(hits: list[tuple[str, str]], known: frozenset[str]) -> str:
    """The one reading, or the one whose header the contract knows best, or UTF-8 that spells Japanese."""
    if len({text for _, text in hits}) == 1:
        return hits[0][0]
    scores = {name: _known_headers(text, known) for name, text in hits}
    best = max(scores.values())
    winners = [name for name, score in scores.items() if score == best]
    if len(winners) == 1:
        return winners[0]
    texts = dict(hits)
    if len({texts[name] for name in winners}) == 1:
        return winners[0]
    if "utf-8" in winners and max(texts["utf-8"]) >= "\u0800":
        return "utf-8"  # three-byte sequences do not come about by chance over a whole file
    raise BadFile("N01", "文字コードを特定できません", FIX_ENCODING)


def _known_headers(text: str, known: frozenset[str]) -> int:
    """The largest number of known names in one of the first lines."""
    lines = re.split(r"\r\n|\r|\n", text[:20000], maxsplit=HEAD_LINES)[:HEAD_LINES]
    return max(sum(key(cell) in known for cell in re.split(r"[,\t;|]", line)) for line in lines)


def _clean(text: str, encoding: str) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for sign, canonical in (EUC_SIGNS if encoding == "euc_jp" else CANONICAL_SIGNS).items():
        text = text.replace(sign, canonical)
    return text
