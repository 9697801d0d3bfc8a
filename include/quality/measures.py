"""One column of a delivery against the same column of earlier ones: which measures left the range they kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from include.quality.limits import Limits
from include.quality.profile import Profile

QUARTILES = {"low": "下位4分の1", "middle": "中央値", "high": "上位4分の1"}
SHAPES = {"digit_share": "数字の割合", "kana_share": "カタカナの割合"}


@dataclass(frozen=True)
class Finding:
    """`text`: Japanese, aggregates before and after; `suite`: schema, volume or drift."""

    suite: str
    column: str
    text: str


@dataclass(frozen=True)
class Range:
    """What a measure was in earlier deliveries, and what it is now."""

    name: str
    before: tuple[float, ...]
    now: float

    def by_factor(self, allowed: float) -> bool:
        """Whether a size lies beyond the range times `allowed`."""
        return self.now > max(self.before) * allowed or self.now * allowed < min(self.before)

    def by_margin(self, allowed: float) -> bool:
        """Whether a share or an age lies further than `allowed` outside the range."""
        return self.now > max(self.before) + allowed or self.now < min(self.before) - allowed

    def text(self, show: Callable[[float], str]) -> str:
        low, high = show(min(self.before)), show(max(self.before))
        span = low if low == high else f"{low}〜{high}"
        return f"{self.name}が過去 {len(self.before)} 回の {span} から {show(self.now)} へ"


def column_findings(now: Profile, before: Sequence[Profile], limits: Limits) -> Iterator[Finding]:
    """What a column does that it never did. Columns with too few values to judge: see `is_judged`."""
    yield from _missing(now, before, limits)
    min_rows = limits.number("min_rows")
    like = [p for p in before if p.filled >= min_rows and p.kind == now.kind]
    if not like or now.filled < min_rows:
        return
    judge = {"number": _numbers, "date": _dates, "text": _texts, "code": _codes}[now.kind]
    for text in judge(now, like, limits):
        yield Finding("drift", now.column, text)


def is_judged(now: Profile, before: Sequence[Profile], limits: Limits) -> bool:
    """Whether there are enough values, now and before, to speak of their distribution."""
    min_rows = limits.number("min_rows")
    return now.filled >= min_rows and any(p.filled >= min_rows and p.kind == now.kind for p in before)


def _missing(now: Profile, before: Sequence[Profile], limits: Limits) -> Iterator[Finding]:
    """A column that is empty now, or far emptier than ever."""
    min_rows = limits.number("min_rows")
    like = [p for p in before if p.seen >= min_rows]
    lost, empty = limits.at("column_lost", len(like)), limits.at("null_share", len(like))
    if not like or now.seen < min_rows:
        return
    filled = Range("値のある割合", tuple(p.filled_share for p in like), now.filled_share)
    if lost is not None and not now.filled and min(filled.before) > lost:
        yield Finding("schema", now.column, f"列が丸ごと空です({filled.text(_percent)})")
    elif empty is not None and filled.now < min(filled.before) - empty:  # to be filled better is no fault
        yield Finding("drift", now.column, filled.text(_percent))


def _numbers(now: Profile, before: Sequence[Profile], limits: Limits) -> Iterator[str]:
    allowed = limits.at("size_factor", len(before))
    for name, label in QUARTILES.items():
        found = _range(label, name, now, before)
        if found and allowed is not None and found.by_factor(allowed):
            yield found.text(_amount)
    yield from _margin(_range("負の値の割合", "negative_share", now, before), limits.at("negative_share", len(before)), _percent)


def _dates(now: Profile, before: Sequence[Profile], limits: Limits) -> Iterator[str]:
    """The age on the delivery's day; a file that spans years may move by a share of that span."""
    dated = [p for p in before if p.middle is not None]
    days, share = limits.at("age_days", len(dated)), limits.at("age_spread", len(dated))
    if now.middle is None or days is None or share is None:
        return
    spread = max(p.high - p.low for p in dated)
    yield from _margin(_range("納品日までの日数の中央値", "middle", now, dated), max(days, share * spread), _days)


def _texts(now: Profile, before: Sequence[Profile], limits: Limits) -> Iterator[str]:
    allowed = limits.at("length_factor", len(before))
    length = _range("文字数の中央値", "length", now, before)
    if length and allowed is not None and length.by_factor(allowed):
        yield length.text(_amount)
    for name, label in SHAPES.items():
        yield from _margin(_range(label, name, now, before), limits.at("shape_share", len(before)), _percent)


def _codes(now: Profile, before: Sequence[Profile], limits: Limits) -> Iterator[str]:
    allowed, lost = limits.at("code_distance", len(before)), limits.at("code_lost", len(before))
    usual = pooled(before)
    if allowed is not None:
        moved = Range("区分の構成のずれ", tuple(distance(p.parts, usual) for p in before), distance(now.parts, usual))
        if moved.now > max(moved.before) + allowed:
            yield moved.text(_percent)
    if lost is not None:
        for code in sorted(set(usual) - set(now.parts)):
            share = min(p.parts.get(code, 0.0) for p in before)
            if share > lost:
                yield f"区分 {code} が 1 件もありません(過去 {len(before)} 回はいつも {_percent(share)} 以上)"


def swaps(now: dict[str, Profile], before: dict[str, Sequence[Profile]], limits: Limits) -> Iterator[Finding]:
    """Pairs of text columns that look more like each other's past than like their own."""
    min_rows = limits.number("min_rows")
    judged = [
        name for name, p in now.items()
        if p.kind == "text" and p.filled >= min_rows and any(b.filled >= min_rows for b in before[name])
    ]  # fmt: skip
    usual = {name: pooled([p for p in before[name] if p.filled >= min_rows]) for name in judged}
    for place, one in enumerate(judged):
        for other in judged[place + 1 :]:
            known = min(len(before[one]), len(before[other]))
            ratio, least = limits.at("swap_ratio", known), limits.at("swap_distance", known)
            if ratio is None or least is None:
                continue
            straight = distance(now[one].parts, usual[one]) + distance(now[other].parts, usual[other])
            crossed = distance(now[one].parts, usual[other]) + distance(now[other].parts, usual[one])
            if crossed < ratio * straight and straight - crossed > least:
                yield Finding("drift", one, f"{other} と入れ替わっています(過去とのずれ {_percent(straight / 2)}、入れ替えて比べると {_percent(crossed / 2)})")


def rows_moved(rows: int, before: Sequence[int], limits: Limits) -> str | None:
    """A count of rows far outside what earlier deliveries brought."""
    allowed = limits.at("rows_factor", len(before))
    found = Range("行数", tuple(map(float, before)), float(rows))
    return found.text(_amount) if before and allowed is not None and found.by_factor(allowed) else None


def pooled(profiles: Sequence[Profile]) -> dict[str, float]:
    """Mean share of each part."""
    total: Counter[str] = Counter()
    for p in profiles:
        total.update(p.parts)
    return {key: share / len(profiles) for key, share in total.items()}


def distance(one: dict[str, float], other: dict[str, float]) -> float:
    """Total variation: 0 the same, 1 nothing in common."""
    return sum(abs(one.get(key, 0.0) - other.get(key, 0.0)) for key in {*one, *other}) / 2


def _range(label: str, name: str, now: Profile, before: Sequence[Profile]) -> Range | None:
    values = tuple(v for p in before if (v := getattr(p, name)) is not None)
    value = getattr(now, name)
    return Range(label, values, value) if values and value is not None else None


def _margin(found: Range | None, allowed: float | None, show: Callable[[float], str]) -> Iterator[str]:
    if found and allowed is not None and found.by_margin(allowed):
        yield found.text(show)


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _amount(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _days(value: float) -> str:
    return f"{value:,.1f} 日"
