"""Text to a vendor's encoding, never with a silent `?`: what changes is in the report (rules N03, N29, N46)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

GETA = "〓"  # printed where no letter of the encoding stands for the original
FORMULA_STARTS = ("=", "+", "-", "@", "\t")

# look-alikes that a reader takes for the same sign, and old forms of kanji beside the one in JIS X 0208
SIGNS = {
    "—": "―", "–": "‐", "‒": "‐", "‑": "‐", "−": "－", "〜": "～", "‖": "∥", "¥": "￥", "¢": "￠", "£": "￡", "¬": "￢",
    "\u00a0": " ", "•": "・", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "©": "(c)", "®": "(R)", "ゔ": "ヴ",
}  # fmt: skip
KANJI = dict(
    pair
    for pair in (
        "鷗鴎 俱倶 俠侠 剝剥 吞呑 噓嘘 嚙噛 囊嚢 塡填 姸妍 屛屏 屢屡 幷并 搔掻 摑掴 攢攅 潑溌 瀆涜 焰焔 瘦痩 禱祷 簞箪 繡繍 繫繋 "
        "萊莱 蔣蒋 蟬蝉 蠟蝋 軀躯 醬醤 醱醗 頰頬 顚顛 驒騨 鹼鹸 麴麹 𠮟叱"
    ).split()
)
LOOK_ALIKES = SIGNS | KANJI


@dataclass(frozen=True)
class Replacement:
    """One character the encoding (or the profile) could not carry."""

    codepoint: str
    replacement: str


def fit(text: str, encoding: str, quoting: str = "minimal") -> tuple[str, list[Replacement]]:
    """Return `text` as the profile can carry it, and every character that had to change.

    `encoding` is a Python codec name. Afterwards `text.encode(encoding)` cannot fail.
    """
    changed: list[Replacement] = []
    out: list[str] = []
    for cluster in _clusters(text):
        stand_in = _stand_in(cluster, encoding, quoting)
        if stand_in != cluster:
            changed.extend(
                Replacement(f"U+{ord(char):04X}", stand_in if position == 0 else "")
                for position, char in enumerate(cluster)
            )
        out.append(stand_in)
    return "".join(out), changed


def guard_formula(text: str) -> str:
    """A leading `'` in front of what a spreadsheet would run (rule N46)."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _clusters(text: str) -> list[str]:
    # a base letter and its combining marks travel together (か + ゙ is が)
    clusters: list[str] = []
    for char in text:
        if clusters and unicodedata.combining(char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


@lru_cache(maxsize=65536)
def _stand_in(cluster: str, encoding: str, quoting: str) -> str:
    if cluster in "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        return " "  # a list row is one line
    if quoting == "none" and cluster in ',"':
        return {",": "，", '"': "”"}[cluster]
    if _carries(cluster, encoding):
        return cluster
    for candidate in _candidates(cluster):
        if _carries(candidate, encoding):
            return candidate
    return GETA


def _candidates(cluster: str) -> list[str]:
    base = cluster[0]
    if _is_invisible(base):
        return [""]
    if base in LOOK_ALIKES:
        return [LOOK_ALIKES[base]]
    composed, letter = unicodedata.normalize("NFC", cluster), unicodedata.normalize("NFD", base)[0]
    return [composed, *([letter] if letter.isascii() else []), unicodedata.normalize("NFKC", cluster)]


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf") or unicodedata.name(char, "").startswith(
        "VARIATION SELECTOR"
    )


def _carries(text: str, encoding: str) -> bool:
    # control characters encode, but no vendor's import reads them; tabs stay for the formula guard
    if any(unicodedata.category(char) == "Cc" and char != "\t" for char in text):
        return False
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False
