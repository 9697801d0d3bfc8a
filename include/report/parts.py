"""Pieces of the page: numbers, bars, tables. Inline SVG and CSS only, no network, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

CSS = """
:root{--ink:#1c2733;--soft:#5b6875;--line:#dfe4ea;--paper:#fff;--ground:#f4f6f8;--main:#1f5fa8;--calm:#a9bfd8}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.7 "Hiragino Sans","Noto Sans CJK JP","Yu Gothic",Meiryo,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 64px}h1{font-size:26px;margin:0}h2{font-size:18px;margin:0 0 4px}
header p,section>p{margin:2px 0 14px;color:var(--soft);font-size:14px}
section{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:20px 22px;margin-top:18px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-top:18px}
.card{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:14px 16px}
.card b{display:block;font-size:26px;line-height:1.3;font-variant-numeric:tabular-nums}
.card span,.card small{color:var(--soft);font-size:13px;display:block}
table{border-collapse:collapse;width:100%}th,td{padding:7px 10px;border-top:1px solid var(--line);text-align:left;vertical-align:top}
th{font-size:13px;color:var(--soft);font-weight:600;border-top:0;white-space:nowrap}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}tr.total td{font-weight:600;background:#f8fafc}
tr.reason td{border-top:0;padding-top:1px;padding-bottom:1px;font-size:13px;color:var(--soft)}tr.reason td:first-child{padding-left:30px}
.bar{width:34%;min-width:120px}.bar i{display:block;height:14px;margin-top:6px;border-radius:2px;background:var(--main)}
tr.leaf .bar i{background:var(--calm)}tr.reason .bar i{height:6px;margin-top:8px;background:#d4deea}
code{font-size:13px;word-break:break-all}a{color:var(--main)}.legend{display:flex;margin:6px 0 16px;flex-wrap:wrap;gap:4px 16px;font-size:13px;color:var(--soft)}
.legend i{display:inline-block;width:11px;height:11px;margin-right:5px;border-radius:2px}.note{color:#9a6700}
dl{display:grid;grid-template-columns:120px 1fr;gap:6px 14px;margin:8px 0 0}dt{font-weight:600}dd{margin:0;color:var(--soft)}
svg text{font-size:12px;fill:#5b6875}.scroll{overflow-x:auto}
@media(max-width:640px){dl{grid-template-columns:1fr}.bar{display:none}}@media print{section{break-inside:avoid}}
"""
COLOURS = {
    "lead": "#d9dee4", "new": "#8ecae6", "active": "#2a9d8f", "reactivated": "#7cb518",
    "at_risk": "#f4b942", "dormant": "#1f5fa8", "churned": "#6b4c7a",
}  # fmt: skip


def document(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="ja"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{CSS}</style></head>\n<body><main>{body}</main></body></html>\n"
    )


def section(title: str, lead: str, body: str) -> str:
    return f"\n<section><h2>{escape(title)}</h2><p>{escape(lead)}</p>{body}</section>"


def card(label: str, value: str, note: str = "") -> str:
    return f'<div class="card"><span>{escape(label)}</span><b>{escape(value)}</b><small>{escape(note)}</small></div>'


def table(headers: Sequence[tuple[str, bool]], rows: Sequence[str]) -> str:
    """`headers`: (text, is a number); `rows`: finished `<tr>` elements."""
    head = "".join(
        f'<th class="num">{escape(h)}</th>' if is_number else f"<th>{escape(h)}</th>"
        for h, is_number in headers
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def row(cells: Sequence[str], css: str = "") -> str:
    """Cells are finished `<td>` elements of `text`, `number` or `bar`."""
    return f'<tr class="{css}">{"".join(cells)}</tr>' if css else f"<tr>{''.join(cells)}</tr>"


def text(value) -> str:
    return f"<td>{escape(str(value))}</td>"


def number(value: str) -> str:
    return f'<td class="num">{escape(value)}</td>'


def bar(part: float, whole: float) -> str:
    width = percent_number(part, whole)
    return f'<td class="bar"><i style="width:{width:.1f}%"></i></td>'


def percent_number(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


def percent(part: float, whole: float) -> str:
    """'12.3%', or '―' where there is nothing to divide by."""
    return f"{percent_number(part, whole):.1f}%" if whole else "―"


def stacked(
    months: Sequence[str], states: Sequence[tuple[str, str]], counts: dict[tuple[str, str], int]
) -> str:
    """One bar a month; `states`: (code, label); `counts`: (month, state) -> parties."""
    widest = max((sum(counts.get((m, s), 0) for s, _ in states) for m in months), default=0)
    bars = []
    for line, month in enumerate(months):
        x, y = 80.0, line * 30
        bars.append(f'<text x="0" y="{y + 16}">{escape(month)}</text>')
        for state, label in states:
            count = counts.get((month, state), 0)
            width = 860 * count / widest if widest else 0
            bars.append(
                f'<rect x="{x:.1f}" y="{y + 2}" width="{width:.1f}" height="20" fill="{COLOURS.get(state, "#999")}">'
                f"<title>{escape(month)} {escape(label)} {count:,}</title></rect>"
            )
            x += width
    legend = "".join(
        f'<span><i style="background:{COLOURS.get(state, "#999")}"></i>{escape(label)}</span>'
        for state, label in states
    )
    height = 30 * len(months)
    return f'<svg viewBox="0 0 940 {height}" width="100%" role="img">{"".join(bars)}</svg><div class="legend">{legend}</div>'
