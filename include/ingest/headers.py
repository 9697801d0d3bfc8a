"""Header cells to column names (N06): one spelling for all spellings of a name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from include.contracts import Contract, Feed, canonical, required_columns, spellings
from include.ingest.problems import BadFile

SPACES = re.compile(r"[\s\ufeff\u200b]+")
BRACKETS = str.maketrans("（）［］【】〔〕", "()[][][]")


def key(name: str) -> str:
    """NFKC, no spaces or line ends, one kind of bracket, lower case: what makes two header cells the same."""
    return SPACES.sub("", unicodedata.normalize("NFKC", name).translate(BRACKETS)).strip('"').casefold()


@dataclass(frozen=True)
class Header:
    """Column keys in file order (doubles carry __2, nameless ones __blank_n) and their spelling in the file.

    `unknown`: those the contract does not mention; `used`: those whose cells are wanted.
    """

    keys: tuple[str, ...]
    names: dict[str, str]
    unknown: tuple[str, ...]
    used: tuple[str, ...]


def resolve(cells: Iterable[str], contract: Contract, feeds: tuple[Feed, ...], line: int = 1) -> Header:
    """Name the columns of a file. Raises `BadFile` for undeclared doubles and missing required columns."""
    names = [cell.strip().strip("\ufeff") for cell in cells]
    declared = {key(name) for name in contract.duplicate_headers}
    seen: Counter[str] = Counter()
    keys = []
    for place, name in enumerate(names, start=1):
        plain = key(name) or f"__blank_{place}"
        seen[plain] += 1
        if seen[plain] > 1 and plain not in declared:
            reason = f"同じ見出しが 2 回あります ({seen[plain]} 回目は {place} 列目)"
            raise BadFile("N06", reason, "見出しを直すか、契約の duplicate_headers に加えてください", line, name)
        name_here = plain if seen[plain] == 1 else f"{plain}__{seen[plain]}"
        if name_here in keys:
            raise BadFile("N06", "見出しが二重の列の呼び名と重なっています", "見出しを直してください", line, name)
        keys.append(name_here)
    _check_required(keys, feeds, line)
    known = {key(name) for name in contract.known_columns(feeds)}
    base = {k: re.sub(r"__\d+$", "", k) for k in keys}
    unknown = tuple(k for k in keys if k not in known and base[k] not in declared and not k.startswith("__blank_"))
    read = {key(name) for name in contract.read_columns(feeds)}
    used = tuple(k for k in keys if k in read or k in unknown)
    return Header(tuple(keys), dict(zip(keys, names, strict=True)), unknown, used)


def required_names(feeds: tuple[Feed, ...]) -> list[tuple[str, ...]]:
    """For every required canonical column: the file columns that can fill it, any one of which must be there."""
    found = []
    for feed in feeds:
        needed = required_columns(canonical().entities[feed.entity])
        for column, rule in feed.columns.items():
            if (column in needed or rule.required) and rule.reads:
                several = [spellings(feeds, name) for name in rule.reads] if not rule.sources else []
                found += several or [rule.sources]
    return list(dict.fromkeys(found))


def _check_required(keys: list[str], feeds: tuple[Feed, ...], line: int) -> None:
    for names in required_names(feeds):
        if not any(key(name) in keys for name in names):
            others = f" (別名 {'・'.join(names[1:])} も見つかりません)" if len(names) > 1 else ""
            fix = "見出しを直すか、契約の列名に別名を加えてください"
            raise BadFile("N06", f"必須の列がありません{others}", fix, line, names[0])


def find(cell_rows: list[list[str]], known: frozenset[str], feeds: tuple[Feed, ...]) -> int:
    """Index of the header among the first records: the first that has all required names, else the best known one."""
    needed = [{key(name) for name in names} for names in required_names(feeds)]
    best, best_score = 0, 0
    for place, cells in enumerate(cell_rows):
        found = {key(cell) for cell in cells}
        if needed and all(names & found for names in needed):
            return place
        score = len(found & known)
        if score > best_score:
            best, best_score = place, score
    return best
