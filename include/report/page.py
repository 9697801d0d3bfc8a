"""One static page a snapshot: `report/<as_of>.html`, and `report/index.html` for the newest."""

from __future__ import annotations

from pathlib import Path

from include.files import write_atomically
from include.report import parts, thresholds
from include.report.figures import Figures, read
from include.settings import Settings

CHANNELS = {"email": "メール", "phone": "電話", "dm": "DM"}
TERMS = (
    (
        "休眠",
        "最後の有効な注文から、商品や買い方に応じた日数(方針の表)を超えて注文がない状態。超えた当日から数えます。",
    ),
    ("対照群", "効果を測るために、くじで選んで連絡しない顧客。同じ条件で選ばれた人どうしを後で比べます。"),
    ("連絡できない", "同意がない、断られた、届かない、苦情の対応中など、連絡してはいけない理由がある顧客。"),
    ("施策の途中", "この施策ですでにリストに載った顧客。同じ施策で二度は載せません。"),
    ("区間", "真の値が95%の確からしさで入る幅。幅が広いほど、まだ言い切れません。"),
    ("判定不能", "件数が少なく、良し悪しを言えないこと。"),
    ("速報 / 確報", "観察の期間が終わっていない月は速報、終わって動かない月は確報です。"),
    (
        "方針",
        "しきい値や重みの表をまとめた版の番号。表を変えると番号が変わり、数字の差は「方針変更」の列に出ます。",
    ),
)


def render(settings: Settings) -> Path:
    """Write the page of the current snapshot; the same snapshot is the same bytes. Returns the index."""
    figures = read(settings)
    page = _page(figures).encode()
    write_atomically(settings.report / f"{figures.as_of}.html", page)
    write_atomically(settings.report / "index.html", page)
    return settings.report / "index.html"


def _page(figures: Figures) -> str:
    body = (
        f"<header><h1>休眠顧客の掘り起こし</h1><p>基準日 {figures.as_of}・方針 {figures.policy_version}・"
        "個人情報は載せていません</p></header>"
        + _cards(figures)
        + _waterfall(figures)
        + _causes(figures)
        + _lists(figures)
        + _flow(figures)
        + _kpis(figures)
        + thresholds.section(figures.thresholds, figures.curves)
        + _terms()
    )
    return parts.document(f"休眠顧客の掘り起こし {figures.as_of}", body)


def _cards(figures: Figures) -> str:
    universe, dormant = figures.step("universe"), figures.step("dormant")
    by_channel = "・".join(f"{_channel(item['channel'])} {item['row_count']:,}" for item in figures.lists)
    cards = [
        parts.card("顧客数", f"{universe:,}", "把握しているすべての顧客"),
        parts.card("休眠", f"{dormant:,}", f"顧客の {parts.percent(dormant, universe)}"),
        parts.card("今日の対象", f"{figures.step('allocated'):,}", by_channel),
        parts.card("対照群", f"{figures.step('holdout'):,}", "連絡せずに比べる"),
        parts.card(
            "連絡できない",
            f"{figures.step('suppressed'):,}",
            f"休眠の {parts.percent(figures.step('suppressed'), dormant)}",
        ),
    ]
    return f'<div class="cards">{"".join(cards)}</div>'


def _waterfall(figures: Figures) -> str:
    universe = figures.step("universe")
    rows = []
    for step in dict.fromkeys(row["step"] for row in figures.waterfall):
        found = [row for row in figures.waterfall if row["step"] == step]
        count = figures.step(step)
        rows.append(
            _waterfall_row(
                found[0]["step_label_ja"], count, universe, "leaf" if found[0]["is_leaf"] else "total"
            )
        )
        if found[0]["is_leaf"]:
            rows += [_waterfall_row(row["label_ja"], row["party_count"], universe, "reason") for row in found]
    headers = [("段階", False), ("顧客", True), ("割合", True), ("", False)]
    lead = (
        "把握しているすべての顧客が、どこか一か所に数えられています。細い行は最初に決め手になった理由です。"
    )
    return parts.section("全員の行き先", lead, parts.table(headers, rows))


def _waterfall_row(label: str, count: int, universe: int, css: str) -> str:
    return parts.row(
        [
            parts.text(label),
            parts.number(f"{count:,}"),
            parts.number(parts.percent(count, universe)),
            parts.bar(count, universe),
        ],
        css,
    )


def _causes(figures: Figures) -> str:
    total = sum(row["party_count"] for row in figures.causes)
    rows = [
        parts.row([
            parts.text(row["label_ja"]), parts.text(row["axis_ja"]), parts.number(f"{row['party_count']:,}"),
            parts.number(parts.percent(row["party_count"], total)), parts.bar(row["party_count"], total),
        ])
        for row in figures.causes
    ]  # fmt: skip
    headers = [("原因", False), ("軸", False), ("顧客", True), ("割合", True), ("", False)]
    lead = "休眠中の顧客を、いちばん確からしい原因で分けたもの。証拠がなければ「不明」のままにします。"
    return parts.section("休眠の原因", lead, parts.table(headers, rows))


def _lists(figures: Figures) -> str:
    rows = [
        parts.row([
            parts.text(_channel(item["channel"])), parts.number(f"{item['row_count']:,}"), _place(figures, item),
            parts.text(item["valid_until_on"]), parts.text(item["approved_by"] or ""),
        ])
        for item in figures.lists
    ]  # fmt: skip
    headers = [("手段", False), ("件数", True), ("置き場所", False), ("使える期限", False), ("承認", False)]
    lead = "リストは一度引き渡すと書き換えません。差し止めが出たときは、同じ場所に recall_ で始まるファイルが加わります。"
    return parts.section("今日のリスト", lead, parts.table(headers, rows))


def _place(figures: Figures, item: dict) -> str:
    path = f"outbox/{item['channel']}/{figures.as_of}/{item['list_id']}/"
    return f'<td><a href="../{path}"><code>{path}</code></a></td>'


def _flow(figures: Figures) -> str:
    months = list(dict.fromkeys(f"{row['month_on']:%Y-%m}" for row in figures.flow))
    states = list(
        dict.fromkeys(
            (row["state"], row["label_ja"]) for row in sorted(figures.flow, key=lambda r: r["state_no"])
        )
    )
    counts = {(f"{row['month_on']:%Y-%m}", row["state"]): row["closing_count"] for row in figures.flow}
    rows = [
        parts.row([
            parts.text(f"{row['month_on']:%Y-%m}" + ("" if row["is_complete"] else "(途中)")),
            *(parts.number(f"{row[c]:,}") for c in ("opening_count", "in_count", "out_count")),
            parts.number(_signed(row["restated_by_policy_count"])), parts.number(_signed(row["restated_by_fact_count"])),
            parts.number(f"{row['closing_count']:,}"),
        ])
        for row in figures.flow
        if row["state"] == "dormant"
    ]  # fmt: skip
    headers = [
        ("月", False),
        ("月初の休眠", True),
        ("入った", True),
        ("出た", True),
        ("方針変更", True),
        ("後からの訂正", True),
        ("月末の休眠", True),
    ]
    lead = "棒は月末の顧客を状態で分けたもの。表は休眠の出入りです。"
    return parts.section(
        "状態の動き", lead, parts.stacked(months, states, counts) + parts.table(headers, rows)
    )


def _kpis(figures: Figures) -> str:
    above = [None, *(row["kpi_code"] for row in figures.kpis)]
    rows = [
        _kpi_row(row, row["kpi_code"] != before) for row, before in zip(figures.kpis, above, strict=False)
    ]
    headers = [
        ("指標", False),
        ("月", False),
        ("値", True),
        ("分子", True),
        ("分母", True),
        ("区間(95%)", True),
        ("確かさ", False),
        ("判定", False),
    ]
    lead = "率は必ず分子と分母をそえます。件数が足りない月は「判定不能」とします。"
    return parts.section("指標", lead, parts.table(headers, rows))


def _kpi_row(kpi: dict, is_first: bool) -> str:
    is_ratio = kpi["unit"] == "ratio"
    has_range = is_ratio and kpi["ci_low"] is not None
    return parts.row([
        parts.text(kpi["label_ja"] if is_first else ""), parts.text(f"{kpi['month_on']:%Y-%m}"), parts.number(_value(kpi["value"], is_ratio)),
        parts.number(_amount(kpi["numerator"])), parts.number(_amount(kpi["denominator"])),
        parts.number(f"{_value(kpi['ci_low'], True)}〜{_value(kpi['ci_high'], True)}" if has_range else "―"),
        parts.text(kpi["maturity"]), parts.text(kpi["verdict"]),
    ])  # fmt: skip


def _value(value: float | None, is_ratio: bool) -> str:
    if value is None:
        return "―"
    return f"{100 * value:.1f}%" if is_ratio else _amount(value)


def _signed(value: int) -> str:
    return f"{value:+,}" if value else "0"


def _amount(value: float | None) -> str:
    return "―" if value is None else f"{value:,.0f}"


def _terms() -> str:
    body = "".join(f"<dt>{term}</dt><dd>{meaning}</dd>" for term, meaning in TERMS)
    return parts.section("用語", "この頁のことばの意味です。", f"<dl>{body}</dl>")


def _channel(code: str) -> str:
    return CHANNELS.get(code, code)
