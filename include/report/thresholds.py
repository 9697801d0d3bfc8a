"""The section on dormancy thresholds: configured beside recommended, and the curve of those still silent."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from include.report import parts

WIDTH, HEIGHT, LEFT, FOOT = 880, 220, 44, 24
BUSINESS = {"b2c": "個人", "b2b": "法人"}
HEADERS = [
    ("ルール", False), ("業態", False), ("分類", False), ("設定(日)", True), ("提案(日)", True), ("区間(95%)", True),
    ("1日に戻る割合 前→後", True), ("自然に戻った / 件数", True), ("判定", False),
]  # fmt: skip
LEAD = (
    "連絡しなくても自分から戻ってくる人は、何日目まで戻ってくるか。戻る割合がはっきり下がる日を提案の日数とし、設定と比べます。"
    "連絡した後の注文と定期のお届けは数えません。"
)


def section(reviews: Sequence[dict], curves: Sequence[dict]) -> str:
    """`reviews`: rows of kpi_threshold_review; `curves`: rows of kpi_return_curve. Empty text without reviews."""
    if not reviews:
        return ""
    totals = [row for row in reviews if row["category_l1"] == "ALL"]
    drawn = [_figure(total, [point for point in curves if _key(point) == _key(total)]) for total in totals]
    return parts.section("休眠のしきい値", LEAD, parts.table(HEADERS, [_row(row) for row in reviews]) + "".join(drawn))


def _key(row: dict) -> tuple:
    return row["rule_id"], row["business_type"], row["category_l1"]


def _row(row: dict) -> str:
    has_proposal = row["recommended_days"] is not None
    return parts.row([
        parts.text(row["rule_id"]), parts.text(BUSINESS.get(row["business_type"], row["business_type"])),
        parts.text("全体" if row["category_l1"] == "ALL" else row["category_l1"]), parts.number(f"{row['configured_days']:,}"),
        parts.number(f"{row['recommended_days']:,}" if has_proposal else "―"),
        parts.number(f"{row['ci_low']:.0f}〜{row['ci_high']:.0f}" if has_proposal else "―"),
        parts.number(f"{100 * row['before_ratio']:.2f}%→{100 * row['after_ratio']:.2f}%" if has_proposal else "―"),
        parts.number(f"{row['return_count']:,} / {row['n_count']:,}"), parts.text(row["verdict"]),
    ], "total" if row["category_l1"] == "ALL" else "")  # fmt: skip


def _figure(review: dict, points: Sequence[dict]) -> str:
    """Share still silent by days of silence, with the configured (solid) and the recommended day (dashed)."""
    if len(points) < 2:
        return ""
    marks = [day for day in (review["configured_days"], review["recommended_days"]) if day is not None]
    longest = max(*marks, min(points[-1]["elapsed_days"], 2 * max(marks)))
    path = [_place(0, 1.0, longest)]
    for point in points:
        if point["elapsed_days"] <= longest:
            path.append(_place(point["elapsed_days"], point["survival_ratio"], longest))
    title = f"{review['rule_id']} {BUSINESS.get(review['business_type'], review['business_type'])}: まだ戻っていない人の割合と、最後の購入からの日数"
    body = f'<polyline fill="none" stroke="#1f5fa8" stroke-width="2" points="{" ".join(path)}"/>'
    body += _mark(review["configured_days"], longest, "設定", "")
    if review["recommended_days"] is not None:
        body += _mark(review["recommended_days"], longest, "提案", ' stroke-dasharray="5 4"', 32)
    body += "".join(
        f'<text x="0" y="{HEIGHT - FOOT - (HEIGHT - FOOT - 12) * share / 100 + 4:.0f}">{share}%</text>' for share in (0, 50, 100)
    )
    body += f'<text x="{LEFT}" y="{HEIGHT - 6}">0日</text><text x="{WIDTH - 50}" y="{HEIGHT - 6}">{longest:,}日</text>'
    return f'<p>{escape(title)}</p><svg viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" role="img">{body}</svg>'


def _x(day: float, longest: int) -> float:
    return LEFT + (WIDTH - LEFT) * day / longest


def _place(day: float, share: float, longest: int) -> str:
    return f"{_x(day, longest):.1f},{12 + (HEIGHT - FOOT - 12) * (1 - share):.1f}"


def _mark(day: int, longest: int, label: str, dash: str, y: int = 16) -> str:
    x = _x(day, longest)
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="8" y2="{HEIGHT - FOOT}" stroke="#b3541e"{dash}/>'
        f'<text x="{min(x + 4, WIDTH - 70):.1f}" y="{y}">{label} {day:,}日</text>'
    )
