"""The file in which people correct rejected rows: the original columns behind two of ours, one line a row.

`rejected/<source>/<date>_<file>_直す行.csv` is made for Excel; corrected and dropped into landing/<source>/ under any name it
is known by its first column, whose cells say which row of which delivery each line is.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from include.ingest import decode, headers, read, structure
from include.ingest.problems import BadFile

MARK = "okoshi_row"
WHAT = "直すところ"
ENDING = "_直す行.csv"
PEEK = 4096
TOKEN = re.compile(r"^r([0-9a-f]{16})-(\d+)$")
# what a spreadsheet turns into something else: leading zeros, long numbers, dates, exponents
FRAGILE = re.compile(r"^(0\d+|\d{12,}|\d[\d.,:/ -]*[.,:/ -][\d.,:/ -]*|\d+[eE]\d+)$")
EXCEL_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
FORMULA_SIGNS = ("=", "+", "-", "@", "\t")
FIX = "rejected/ の「直す行」ファイルの見出しと okoshi_row の列を変えずに、値だけを直して置き直してください"


@dataclass(frozen=True)
class Line:
    """One line of a returned file: which original line it is, and its cells by column key."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Fix:
    """What a returned file holds: rows of one delivery `root`, in file order."""

    root: str
    lines: tuple[Line, ...]


def token(root: str, line: int) -> str:
    return f"r{root}-{line}"


def is_fix(path: Path) -> bool:
    """Whether a file of landing is one of ours that came back: its text begins with our column, in any encoding."""
    with path.open("rb") as handle:
        return begins_one(handle.read(PEEK))


def begins_one(head: bytes) -> bool:
    """Whether a file that begins so is one of ours."""
    return MARK.encode() in head.replace(b"\0", b"").split(b"\n", 1)[0]


def render(names: list[str], rows: list[tuple[str, str, list[str]]]) -> bytes:
    """`rows`: token, what to correct (Japanese), the cells of the columns `names`."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([MARK, WHAT, *names])
    for mark, what, cells in rows:
        writer.writerow([mark, what, *map(guarded, cells)])
    return buffer.getvalue().encode("utf-8-sig")


def guarded(cell: str) -> str:
    """A cell that a spreadsheet neither runs (N46) nor reshapes (N08); `plain` undoes it."""
    if FRAGILE.match(cell):
        return f'="{cell}"'
    return harmless(f"'{cell}" if cell.startswith("'") else cell)


def harmless(cell: str) -> str:
    """N46: a cell that a spreadsheet would run as a formula gets an apostrophe."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def plain(cell: str) -> str:
    found = EXCEL_TEXT.match(cell)
    return found[1].replace('""', '"') if found else cell.removeprefix("'")


def parse(path: Path) -> Fix:
    """Raises `BadFile` where the file no longer says which rows it holds."""
    encoding = decode.detect(path, ("auto",), frozenset({MARK, headers.key(WHAT)}))
    text = "".join(decode.pieces(path, encoding))
    blocks = structure.scan([text], read.delimiter_of(text, frozenset({MARK})))
    records = [(int(block.lines[place]), block.cells(place)) for block in blocks for place in range(len(block))]
    names = [headers.key(name) for name in records[0][1]] if records else []
    if names[:1] != [MARK]:
        raise BadFile("C-FIX", f"1 列目が {MARK} ではありません", FIX, line=1)
    keys = _numbered(names)
    roots, lines = set(), []
    for line, cells in records[1:]:
        found = TOKEN.match(plain(cells[0]).strip())
        if not found:
            raise BadFile("C-FIX", "どの行を直したものか分かりません", FIX, line, MARK)
        if any(cell.strip() for cell in cells[len(keys) :]):
            raise BadFile("C-FIX", "見出しより多くの値があります", FIX, line)
        roots.add(found[1])
        values = [plain(cell) for cell in cells[: len(keys)]]
        by_key = dict(zip(keys[2:], [*values, *[""] * (len(keys) - len(values))][2:], strict=True))
        lines.append(Line(int(found[2]), by_key))
    if len(roots) != 1:
        what = "2 つ以上のファイルの行が混ざっています" if roots else "直した行がありません"
        raise BadFile("C-FIX", what, FIX, line=1)
    return Fix(roots.pop(), tuple(lines))


def _numbered(names: list[str]) -> list[str]:
    """Column keys as the header of the original has them: doubles carry __2."""
    seen: dict[str, int] = {}
    keys = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        keys.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    return keys
