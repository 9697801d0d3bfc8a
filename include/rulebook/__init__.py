"""The rule book for marketers, `dbt_project/docs/rules.md`: words from text.yml, every row and number from the seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from include import rules
from include.files import write_atomically
from include.settings import Settings

TEXT = Path(__file__).with_name("text.yml")
OTHER = "その他"
# columns that close every rule row
CLOSING = ("basis", "owner", "valid_from", "valid_to")
HEAD = """# ルールの手引き (rules)

<!-- 自動生成: `python -m include.cli rulebook`。直すのは seeds/rules/*.csv と include/rulebook/text.yml です。 -->

休眠の判定、原因、区分、連絡の可否、割当、指標は、すべて `dbt_project/seeds/rules/` の表の行で決まります。SQL に数字はありません。

- **変えるには**: 表の CSV を直します。自社だけの値は、同じ名前の CSV を別のフォルダに置き、環境変数 `RULES_DIR` で指します。
- **日付**: 行は `valid_from` 以上 `valid_to` 未満の業務日に効きます (`valid_to` が空なら今も有効)。過去の行は消さず、`valid_to` を入れて新しい行を足します。
- **必ず書くこと**: `owner` (誰が決めたか) と `basis` (なぜその値か)。空なら取り込みません。
- **効き方**: 業務日に効いている行を、その人の履歴全体に当てはめます。方針の版 `policy_version` が変わり、状態の動きの「方針変更」の列に差が出ます。
- **試すには**: `python -m include.cli backtest --as-of 日付 --rules フォルダ` で、今のルール (A) と新しいルール (B) の状態とリストの差を見ます。"""


def write(settings: Settings) -> Path:
    """Write the rule book; the same seeds are the same bytes. Returns its path."""
    path = path_of(settings)
    write_atomically(path, render(settings).encode())
    return path


def path_of(settings: Settings) -> Path:
    return settings.dbt_project / "docs" / "rules.md"


def render(settings: Settings) -> str:
    """The whole page from the shipped seeds (RULES_DIR plays no part)."""
    words = yaml.safe_load(TEXT.read_text(encoding="utf-8"))
    seeds = settings.dbt_project / "seeds"
    tables = {path.stem: path for path in sorted((seeds / "rules").glob("rule_*.csv"))}
    sections = [HEAD, _states(seeds, words), _causes(seeds, words)]
    told = {name for names in words["topics"].values() for name in names}
    topics = {**words["topics"], OTHER: [name for name in tables if name not in told]}
    for topic, names in topics.items():
        here = [name for name in names if name in tables]
        if here:
            sections.append("\n\n".join([f"## {topic}", *(_table_of(settings, name, tables[name], words) for name in here)]))
    return "\n\n".join(sections) + "\n"


def _states(seeds: Path, words: dict) -> str:
    rows = [
        [row["label_ja"], f"`{row['state']}`", words["states"].get(row["state"], "")]
        for row in rules.read_rows(seeds / "reference" / "states.csv")
    ]
    subs = [[label, f"`{code}`", text] for code, (label, text) in words["sub_states"].items()]
    return (
        "## 状態 (state)\n\nどの人も、どの日も、ちょうど一つの状態にあります。その日までの出来事をすべて見た後の状態で、"
        "同じ日に二つ変われば最後のものです。\n\n"
        + _grid(["状態", "コード", "意味"], rows)
        + "\n\n### 細かい状態 (sub_state)\n\n"
        + _grid(["名前", "コード", "意味"], subs)
    )


def _causes(seeds: Path, words: dict) -> str:
    rows = [
        [f"{row['axis_ja']}", row["label_ja"], f"`{row['cause_code']}`", words["causes"].get(row["cause_code"], "")]
        for row in rules.read_rows(seeds / "reference" / "causes.csv")
    ]
    return (
        "## 原因 (cause)\n\n証拠のある原因だけを、確からしさの順に三つまで出します。証拠がなければ「不明」です。聞き取りで分かった原因は推定より優先し、"
        "推定も残します。強さは A (本人が言った)、B (出来事)、C (買い方の形)、D (周りの動き)。\n\n"
        + _grid(["軸", "原因", "コード", "手がかり"], rows)
    )


def _table_of(settings: Settings, name: str, path: Path, words: dict) -> str:
    rows = rules.read_rows(path)
    columns = [column for column in rules.header(path) if any(row[column] for row in rows)]
    shown = [column for column in columns if column not in CLOSING] + [column for column in CLOSING if column in columns]
    lead = [f"### {_title(settings, name)} (`{name}`)"]
    if name == "rule_dormancy":
        lead.append(_dormancy(rows, words))
    if not rows:
        return "\n\n".join([*lead, "行はまだありません。"])
    heads = [f"{words['terms'][column]} `{column}`" if column in words["terms"] else f"`{column}`" for column in shown]
    return "\n\n".join([*lead, _grid(heads, [[_cell(column, row[column], words) for column in shown] for row in rows])])


def _dormancy(rows: Sequence[dict[str, str]], words: dict) -> str:
    ordered = sorted({row["rule_id"]: row for row in rows}.values(), key=lambda row: int(row["precedence_no"]))
    body = [[f"**{row['rule_id']}** {row['label_ja']}", words["dormancy_rules"].get(row["rule_id"], "")] for row in ordered]
    return (
        "当てはまるルールのうち、いちばん具体的なもの (表の上のもの) だけが休眠の日を決めます。ほかのルールが先に日数を超えても休眠にはなりません。"
        "日数をちょうど満たした日が休眠の初日で、その日に注文があれば休眠ではありません。\n\n"
        + _grid(["ルール", "どういう人を、どう見るか"], body)
    )


def _title(settings: Settings, name: str) -> str:
    """The seed's own description, its first sentence."""
    for path in sorted(rules.shipped_dir(settings).glob("*.yml")):
        for seed in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("seeds", []):
            if seed["name"] == name:
                return seed.get("description", name).strip().rstrip("。.")
    return name


def _cell(column: str, value: str, words: dict) -> str:
    japanese = {"subtype": words["subtypes"], "axis": words["axes"]}.get(column, {})
    return f"{japanese[value]} `{value}`" if value in japanese else value


def _grid(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(_plain(cell) for cell in line)} |" for line in lines)


def _plain(cell: str) -> str:
    """A cell of Markdown: no bar, no line break, and nothing that dbt would read as a template."""
    return str(cell).replace("|", "\\|").replace("\n", " ").replace("{{", "{ {").replace("{%", "{ %")
