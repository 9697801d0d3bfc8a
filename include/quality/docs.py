"""Data Docs: one page a gate and date, one index, readable without a network.

Great Expectations' own pages load styles and scripts from the internet and speak English, so the
validation results are rendered here; what each check asked, found and where is all there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path

from include.files import write_atomically
from include.quality.engine import BROKEN_CHECK, Outcome
from include.settings import Settings

SHOWN_ROWS = 20
SUITES = {
    "contract": "契約", "schema": "列と型", "volume": "行数", "freshness": "鮮度", "drift": "分布の変化",
}  # fmt: skip
BADGES = {"passed": ("ok", "合格"), "stopped": ("stop", "不合格"), "warned": ("warn", "警告"), "unknown": ("unknown", "判定不能")}
GATES = {"batch": "取込の検査", "freshness": "鮮度の検査", "list": "リストの検査"}
CSS = """
body{font:15px/1.7 "Hiragino Sans","Noto Sans CJK JP","Yu Gothic",Meiryo,sans-serif;color:#1f2933;background:#f5f6f8;margin:0}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}h1{font-size:24px;margin:0 0 4px}p{margin:4px 0 16px;color:#52606d}
table{border-collapse:collapse;width:100%;background:#fff;border:1px solid #d9dee4}th,td{padding:9px 12px;text-align:left;
vertical-align:top;border-top:1px solid #e4e7eb}th{background:#eef1f4;font-size:13px;white-space:nowrap}
.ok,.stop,.warn,.unknown{display:inline-block;padding:1px 10px;border-radius:10px;font-size:13px;white-space:nowrap;color:#fff}
.ok{background:#2f855a}.stop{background:#c53030}.warn{background:#b7791f}.unknown{background:#718096}code{font-size:12px;color:#52606d;word-break:break-word}
details{margin-top:6px}summary{cursor:pointer;font-size:13px;color:#3e4c59}.num,th.num{text-align:right}a{color:#2b6cb0}
details table{margin-top:6px;width:auto}details td,details th{padding:3px 10px;font-size:13px}
"""


def write(settings: Settings, as_of: date, gate: str, subject: str, outcomes: Sequence[Outcome]) -> Path:
    """Write the page of one validation, one page a suite beside it, and refresh the index. Returns the page's path."""
    page = settings.data_docs / as_of.isoformat() / f"{gate}_{subject}.html"
    suites = [name for name in SUITES if any(o.check.suite == name for o in outcomes)]
    parts = {name: page.with_name(f"{page.stem}.{name}.html") for name in suites if len(suites) > 1}
    summary = _summary(as_of, gate, subject, outcomes) | {
        "page": page.name,
        "suites": {
            name: {"page": part.name, "verdict": worst([o for o in outcomes if o.check.suite == name])}
            for name, part in parts.items()
        },
    }
    for name, part in parts.items():
        own = [o for o in outcomes if o.check.suite == name]
        write_atomically(part, _page(_summary(as_of, gate, subject, own), own, SUITES[name], page.name).encode())
    write_atomically(page, _page(summary, outcomes).encode())
    write_atomically(page.with_suffix(".json"), json.dumps(summary, sort_keys=True).encode())
    write_atomically(settings.data_docs / "index.html", _index(settings).encode())
    return page


def worst(outcomes: Sequence[Outcome]) -> str:
    """The verdict of several checks together."""
    found = {o.verdict for o in outcomes}
    return next((verdict for verdict in ("stopped", "warned", "unknown") if verdict in found), "passed")


def _summary(as_of: date, gate: str, subject: str, outcomes: Sequence[Outcome]) -> dict:
    verdicts = [o.verdict for o in outcomes]
    return {
        "as_of": as_of.isoformat(), "gate": gate, "subject": subject, "checks": len(outcomes),
        "failed": verdicts.count("stopped"), "warned": verdicts.count("warned"), "unknown": verdicts.count("unknown"),
    }  # fmt: skip


def _page(summary: dict, outcomes: Sequence[Outcome], suite: str = "", whole: str = "") -> str:
    body = "".join(_check_row(o) for o in outcomes)
    title = f"{GATES.get(summary['gate'], summary['gate'])}: {summary['subject']}" + (f"({suite})" if suite else "")
    lead = (
        f"基準日 {summary['as_of']}・検査 {summary['checks']} 件・不合格 {summary['failed']} 件・警告 {summary['warned']} 件"
        f"・判定不能 {summary['unknown']} 件"
    )
    table = f'<table><tr><th>判定</th><th>対象</th><th>検査</th><th class="num">違反</th></tr>{body}</table>'
    links = _suite_links(summary.get("suites", {}), "") or (f'<a href="{escape(whole)}">全部の検査</a>' if whole else "")
    return _html(title, lead, f'<p><a href="../index.html">一覧へ戻る</a> {links}</p>{table}')


def _suite_links(suites: dict[str, dict], folder: str) -> str:
    return " ".join(
        f'<a href="{folder}{escape(found["page"])}">{_badge(found["verdict"], SUITES[name])}</a>'
        for name, found in suites.items()
    )


def _check_row(outcome: Outcome) -> str:
    found = f"{BROKEN_CHECK}。{escape(outcome.problem)}" if outcome.is_broken else f"{outcome.count:,}"
    return (
        f"<tr><td>{_badge(outcome.verdict)}</td><td>{escape(outcome.check.table)}</td>"
        f"<td>{escape(outcome.check.sentence)}{_evidence(outcome.rows)}"
        f"<details><summary>照会</summary><code>{escape(' '.join(outcome.check.query.split()))}</code></details></td>"
        f'<td class="num">{found}</td></tr>'
    )


def _evidence(rows: list[dict]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(str(name))}</th>" for name in rows[0])
    body = "".join(
        "<tr>"
        + "".join(f"<td>{'' if value is None else escape(str(value))}</td>" for value in row.values())
        + "</tr>"
        for row in rows[:SHOWN_ROWS]
    )
    return f"<details open><summary>該当する行(先頭{SHOWN_ROWS}件まで)</summary><table><tr>{head}</tr>{body}</table></details>"


def _index(settings: Settings) -> str:
    found = [json.loads(path.read_text()) for path in sorted(settings.data_docs.glob("*/*.json"))]
    found.sort(key=lambda s: (s["gate"], s["subject"]))
    found.sort(key=lambda s: s["as_of"], reverse=True)
    body = "".join(
        f"<tr><td>{s['as_of']}</td><td>{_badge(_verdict(s))}</td>"
        f'<td><a href="{s["as_of"]}/{escape(s["page"])}">{GATES.get(s["gate"], s["gate"])}: {escape(s["subject"])}</a></td>'
        f"<td>{_suite_links(s.get('suites', {}), s['as_of'] + '/')}</td>"
        f'<td class="num">{s["checks"]}</td><td class="num">{s["failed"]}</td><td class="num">{s["warned"]}</td><td class="num">{s.get("unknown", 0)}</td></tr>'
        for s in found
    )
    table = (
        '<table><tr><th>基準日</th><th>判定</th><th>検査</th><th>種類ごと</th><th class="num">件数</th>'
        '<th class="num">不合格</th><th class="num">警告</th><th class="num">判定不能</th></tr>'
        f"{body}</table>"
    )
    return _html(
        "検査の記録 (Data Docs)",
        "取込とリストの検査の結果。新しい基準日から並びます。個人情報は含みません。",
        table,
    )


def _verdict(summary: dict) -> str:
    counted = {"stopped": "failed", "warned": "warned"}
    return next((verdict for verdict, name in counted.items() if summary[name]), "passed")


def _badge(verdict: str, label: str = "") -> str:
    style, word = BADGES[verdict]
    return f'<span class="{style}">{label + " " if label else ""}{word}</span>'


def _html(title: str, lead: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{CSS}</style></head><body><main><h1>{escape(title)}</h1><p>{escape(lead)}</p>{body}</main></body></html>\n"
    )
