"""The result in words and small tables (Markdown, Japanese): what people read first."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from include import rules
from include.backtest.plan import Plan

CONTACT = {"treated": "リストで連絡", "holdout": "対照群(連絡せず)", "untouched": "リストに載らず"}
CHANNELS = {"email": "メール", "phone": "電話", "dm": "DM"}
PLACES = """
    select state, count(*) as party_count from states group by state order by state
"""
LISTS = "select channel, count(*) as row_count from lists group by channel order by channel"
OUTCOMES = """
    select policy, outcome, contact, party_count, returned_count, return_ratio, ci_low, ci_high, net_amount, maturity, verdict
    from outcomes where window_days = ? order by policy, outcome, contact
"""
THRESHOLDS = """
    select rule_id, business_type, category_l1, configured_days, recommended_days, ci_low, ci_high, return_count, n_count, verdict
    from thresholds order by rule_id, business_type, category_l1 <> 'ALL', category_l1
"""
MOVES = """
    select split, subject, from_value, to_value, count(*) as party_count
    from difference group by all order by split desc, subject desc, party_count desc, from_value, to_value
"""


def render(connection, plan: Plan, known_until: date | None) -> str:
    """One page; the relations of `tables` and `outcome` must be there."""
    labels = _labels(plan.house.dbt_project / "seeds" / "reference")
    sections = [_head(plan, known_until), _states(connection, labels), _lists(connection)]
    if known_until is not None:
        sections.append(_outcomes(connection, plan, labels, known_until))
    if plan.rules_dir is not None:
        sections.append(_difference(connection, plan, labels))
    sections.append(_thresholds(connection))
    return "\n\n".join(sections) + "\n"


def _head(plan: Plan, known_until: date | None) -> str:
    lines = [
        f"# {plan.as_of} の再現",
        "",
        f"{plan.as_of} の終わりまでに起き、その日までに知られていた事実だけで、状態とリストを作り直しました。",
        "倉庫・リスト・BIの断面には何も書いていません。",
    ]
    if known_until is None:
        lines.append("その後の結果は、BIの断面がまだないため出していません。")
    if plan.rules_dir is not None:
        lines.append(f"方針 A は今のルール、方針 B は `{plan.rules_dir.name}/` のルールです。比べる日は {plan.since} です。")
    return "\n".join(lines)


def _states(connection, labels: dict[str, str]) -> str:
    rows = connection.execute(PLACES).fetchall()
    total = sum(count for _, count in rows)
    body = [[labels.get(state, state), f"{count:,}", _percent(count / total)] for state, count in rows]
    return "## その日の状態\n\n" + _table(["状態", "顧客", "割合"], body)


def _lists(connection) -> str:
    rows = connection.execute(LISTS).fetchall()
    body = [[CHANNELS.get(channel, channel), f"{count:,}"] for channel, count in rows] or [["なし", "0"]]
    return "## その日のリスト\n\n" + _table(["手段", "件数"], body)


def _outcomes(connection, plan: Plan, labels: dict[str, str], known_until: date) -> str:
    windows = [row for row in rules.in_force(plan.house, "rule_backtest", plan.as_of) if row["is_headline"] == "true"]
    window = int(windows[0]["window_days"])
    body = [
        [
            policy.upper(), labels.get(outcome, outcome), CONTACT[contact], f"{returned:,} / {parties:,}", _percent(ratio),
            f"{_percent(low)}〜{_percent(high)}", f"{net:,.0f}", maturity, verdict,
        ]
        for policy, outcome, contact, parties, returned, ratio, low, high, net, maturity, verdict
        in connection.execute(OUTCOMES, [window]).fetchall()
    ]  # fmt: skip
    lead = (
        f"その日に休眠だった顧客のうち、次の日から {window} 日のあいだに有効な注文をした人です({known_until} までに知られた事実)。"
        "「リストに載らず」と「対照群」は、リストなしで戻った割合です。連絡した人との差は、くじで分けた対照群とだけ比べてください。"
    )
    headers = ["方針", "その日の行き先", "実際の連絡", "戻った / 人数", "割合", "区間(95%)", "純額", "確かさ", "判定"]
    return f"## その後どうなったか\n\n{lead}\n\n" + _table(headers, body)


def _thresholds(connection) -> str:
    body = [
        [
            rule, business, "全体" if category == "ALL" else category, f"{configured:,}",
            f"{recommended:,}" if recommended is not None else "―",
            f"{low:.0f}〜{high:.0f}" if recommended is not None else "―", f"{returned:,} / {count:,}", verdict,
        ]
        for rule, business, category, configured, recommended, low, high, returned, count, verdict
        in connection.execute(THRESHOLDS).fetchall()
    ]  # fmt: skip
    headers = ["ルール", "業態", "分類", "設定(日)", "提案(日)", "区間(95%)", "自然に戻った / 件数", "判定"]
    lead = "その日までの事実から、連絡しなくても戻ってくる人が途切れる日を探したもの(方針 A)。"
    return f"## 休眠のしきい値\n\n{lead}\n\n" + _table(headers, body)


def _difference(connection, plan: Plan, labels: dict[str, str]) -> str:
    flows = connection.execute("select * from difference_count order by subject desc, value").fetchall()
    body = [
        [
            "状態" if subject == "state" else "行き先", labels.get(value, value), f"{opening:,}",
            f"{behaviour:+,}", f"{policy:+,}", f"{closing:,}",
        ]
        for subject, value, opening, behaviour, policy, closing in flows
    ]  # fmt: skip
    headers = ["何が", "値", f"{plan.since} (A)", "行動による増減", "方針による増減", f"{plan.as_of} (B)"]
    moves = [
        [
            "行動" if split == "by_behaviour" else "方針", "状態" if subject == "state" else "行き先",
            labels.get(old, old), labels.get(new, new), f"{count:,}",
        ]
        for split, subject, old, new, count in connection.execute(MOVES).fetchall()
    ]  # fmt: skip
    lead = (
        f"行動による増減 (by_behaviour) は同じ方針 A で {plan.since} から {plan.as_of} までに事実が動かした分、"
        "方針による増減 (by_policy) は同じ日・同じ事実でルールだけが動かした分です。はじめ + 行動 + 方針 = 終わり。"
    )
    return (
        f"## 方針 A と B の差\n\n{lead}\n\n"
        + _table(headers, body)
        + "\n\n### 動いた人数\n\n"
        + _table(["理由", "何が", "前", "後", "人数"], moves or [["なし", "", "", "", "0"]])
    )


def _labels(folder: Path) -> dict[str, str]:
    """Japanese names of states and of places in the waterfall, from the reference seeds."""
    found = {"unknown": "(まだ知られていない)", **CHANNELS}
    for name, key in (("waterfall_steps", "step"), ("states", "state")):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            found |= {row[key]: row["label_ja"] for row in csv.DictReader(handle)}
    return found


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _table(headers: list[str], rows: list[list[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
