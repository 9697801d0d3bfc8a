"""Dirt on purpose, by rule id of the normalisation table: the meaning stays, only the spelling suffers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import jaconv
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.synthetic.columns import Column, edit, text
from include.synthetic.plan import RATES

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
WIDE_MAIL = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
LOOKALIKE = "‐―－ーｰ"  # those of the hyphen class that CP932 can hold
NULL_TOKENS = {
    "phone": "000-0000-0000",
    "birth": "1900-01-01 00:00:00",
    "mail": "nomail@example.com",
    "address": "不明",
    "postal": "000-0000",
    "text": "なし",
}
ERAS = (
    ("R", "令和", date(2019, 5, 1)),
    ("H", "平成", date(1989, 1, 8)),
    ("S", "昭和", date(1926, 12, 25)),
    ("T", "大正", date(1912, 7, 30)),
)
Rule = tuple[str, Callable[[str], str]]


def _turn(cell: str, choices: int) -> int:
    """A number below `choices` that depends on the cell only."""
    return sum(map(ord, cell)) % choices


def wide_digits(cell: str) -> str:
    return cell.translate(WIDE)


def lookalike_hyphens(cell: str) -> str:
    """Put look-alike hyphens into a phone number or replace the hyphens of an address."""
    sign = LOOKALIKE[_turn(cell, len(LOOKALIKE))]
    return cell.replace("-", sign) if "-" in cell else sign.join((cell[:3], cell[3:-4], cell[-4:]))


def lost_zero(cell: str) -> str:
    return cell.removeprefix("0")


def excel_quote(cell: str) -> str:
    return f'="{cell}"'


def postal_mark(cell: str) -> str:
    return f"〒{cell[:3]}-{cell[3:]}"


def half_kana(cell: str) -> str:
    return jaconv.z2h(cell)


def honorific(cell: str) -> str:
    return cell + "様"


def variant(cell: str) -> str:
    return cell.replace("高", "髙").replace("崎", "﨑")


def gaiji(cell: str) -> str:
    return "〓" + cell[1:]


def mail_noise(cell: str) -> str:
    """All full-width, or the domain in capitals (the part before @ keeps its case)."""
    local, _, domain = cell.partition("@")
    return cell.translate(WIDE_MAIL) if _turn(cell, 2) else f"{local}@{domain.upper()}"


def trailing_space(cell: str) -> str:
    return cell + ("　" if _turn(cell, 2) else "  ")


def second_line(cell: str) -> str:
    return cell + "\n※続きあり\n以上"


def wave(cell: str) -> str:
    return cell + "（10時～12時）"


def wareki(cell: str) -> str:
    """'1980-04-01 …' as S55.4.1, 昭和55年4月1日 or with full-width digits."""
    born = date.fromisoformat(cell[:10])
    for short, name, start in ERAS:
        if born >= start:
            year = born.year - start.year + 1
            kanji = f"{name}{'元' if year == 1 else year}年{born.month}月{born.day}日"
            return (f"{short}{year}.{born.month}.{born.day}", kanji, kanji.translate(WIDE))[_turn(cell, 3)]
    return cell


def other_date(cell: str) -> str:
    """A stamp as 2024年4月1日(月) or 2024/4/1 9:05; the first form forgets the time, as people do."""
    when = datetime.fromisoformat(cell)
    if _turn(cell, 2):
        return f"{when.year}年{when.month}月{when.day}日({'月火水木金土日'[when.weekday()]})"
    return f"{when.year}/{when.month}/{when.day} {when.hour}:{when.minute:02d}"


def excel_serial(cell: str) -> str:
    when = datetime.fromisoformat(cell)
    since = when - datetime(1899, 12, 30)
    return f"{since.days}.{round(since.seconds / 86400 * 10**6):06d}".rstrip("0").rstrip(".")


def late_night(cell: str) -> str:
    """01:30 written as 25:30 of the day before."""
    when = datetime.fromisoformat(cell)
    before = when.date() - timedelta(days=1)
    return f"{before:%Y/%m/%d} {when.hour + 24}:{when.minute:02d}"


def share(rule: str, size: int) -> int:
    """How many of `size` cells the rule spoils: rounded up, so that small profiles show every kind."""
    return min(size, math.ceil(RATES[rule] * size - 1e-9))


class Soil:
    """Spoils columns of one source and counts what it did, by (header, rule)."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self.planted: Counter[tuple[str, str]] = Counter()

    def spoil(self, header: str, column: Column, *rules: Rule, only: str | None = None) -> Column:
        """Apply each rule to its share of the filled cells (those matching `only`), never two to one cell."""
        filled = pc.not_equal(column, "") if only is None else pc.match_substring_regex(column, only)
        cells = self.rng.permutation(np.flatnonzero(filled.to_numpy(zero_copy_only=False)))
        base = len(column) if only else len(cells)
        for rule, change in rules:
            taken, cells = np.split(cells, [min(share(rule, base), len(cells))])
            column, changed = edit(column, np.sort(taken), change)
            self.planted[header, rule] += changed
        return column

    def tokens(self, header: str, column: Column, kind: str) -> pa.Array:
        """N09: write a null token into half of the empty cells."""
        empty = self.rng.permutation(np.flatnonzero(pc.equal(column, "").to_numpy(zero_copy_only=False)))
        taken = np.sort(empty[: share("N09", len(empty))])
        column, changed = edit(column, taken, lambda _: NULL_TOKENS[kind])
        self.planted[header, "N09"] += changed
        return column


Rows = list[tuple[str, Column]]


def broken_rows(
    soil: Soil, rows: Rows, broken: dict[str, str], fresh_id: tuple[str, int], count: int
) -> Rows:
    """Append `count` rows whose cells `broken` nobody can read; their ids are new, no real row is touched."""
    size = len(next(column for _, column in rows if not isinstance(column, str)))
    source = pa.array(np.sort(soil.rng.integers(0, size, count)))
    ids = text([str(fresh_id[1] + position) for position in range(count)])
    changed = {fresh_id[0]: ids, **{header: text([cell] * count) for header, cell in broken.items()}}
    grown: Rows = []
    for header, column in rows:
        if isinstance(column, str) and header not in changed:
            grown.append((header, column))
            continue
        old = text([column] * size) if isinstance(column, str) else column
        grown.append((header, pa.concat_arrays([old, changed.get(header, old.take(source))])))
    soil.planted[", ".join(broken), "REJECT"] += count
    return grown
