"""What a cell becomes, and the cleaning that all types share (N08, N09, N15)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A cell read: its text (None: no value), the rule that rejects its row, whether the original is worth keeping."""

    value: str | None
    reject: str | None = None
    is_lossy: bool = False


EMPTY = Cell(None)
UNUSABLE = Cell(None, is_lossy=True)

NULL_TOKENS = frozenset({"-", "―", "ー", "－", "なし", "不明", "null", "#n/a", "n/a"})
SPACES = " \t\n\r\u3000\u00a0\ufeff"
EXCEL_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
SCIENTIFIC = re.compile(r"^[+-]?\d+(\.\d+)?[eE]\+?\d+$")
HYPHEN_BETWEEN_DIGITS = re.compile(r"(?<=[\d)])[\-‐‑‒–—―−－ーｰ](?=[\d(])")


def trim(text: str) -> str:
    return text.strip(SPACES)


def strip_excel(text: str) -> str:
    """N08: ="0312" and a leading apostrophe are Excel's way of saying text."""
    found = EXCEL_TEXT.match(text)
    if found:
        return found[1].replace('""', '"')
    return text.removeprefix("'")


def is_null(text: str, more: frozenset[str] = frozenset()) -> bool:
    """N09: the words people and systems write for nothing."""
    low = text.casefold()
    return not low or low in NULL_TOKENS or low in more


def narrow(text: str) -> str:
    """NFKC, and the look-alike hyphens between digits made one (N15); コーヒー keeps its bar."""
    folded = unicodedata.normalize("NFKC", text)
    return HYPHEN_BETWEEN_DIGITS.sub("-", folded)


def plain(raw: str) -> str:
    """Trimmed, without Excel's wrapping, narrow: for ids, numbers, dates and contact points."""
    return trim(narrow(strip_excel(trim(raw))))
